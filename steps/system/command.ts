// The command probe: what a command prints and how it ends, without a shell.
import * as z from 'zod';
import { keptText, readings, wholeText } from '../../src/core/printed.ts';
import { defineProbe, StepError } from '../../src/engine/step-type.ts';
import { limitInput, limitOf } from '../shared/limit.ts';

const input = z.strictObject({
  run: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .describe('The argument vector'),
  stdin: z.string().optional().describe('What it reads'),
  limit: limitInput,
});

export const commandProbe = defineProbe({
  name: 'command',
  summary: 'Runs a command and reads its exit code and output',
  input,
  values: {
    exitCode: 'how it ended; -1 when a signal ended it',
    stdout: 'what it printed',
    stderr: 'what it printed as errors',
    lines: 'stdout as a list of lines, empty ones left out',
    json: 'stdout read as JSON; null when it is none',
  },
  describe: ({ run }) => run.join(' '),
  async look({ run, stdin, limit }, context) {
    const argv = run.map(String);
    const keepBytes = limitOf(limit);
    const result = await context.command(argv, { quiet: true, keepBytes, ...(stdin !== undefined && { stdin }) });
    if (result.ended === 'spawn-failed')
      throw new StepError(`${argv[0]} could not be started: ${result.error?.message ?? ''}`);
    if (result.ended !== 'exit') throw new StepError(`${argv[0]} gave no answer in time`);
    const exitCode = result.exitCode ?? -1;
    const stdout = wholeText(result, 'stdout', keepBytes);
    return {
      holds: exitCode === 0,
      saw: summary(exitCode, keptText(result, 'stdout'), keptText(result, 'stderr')),
      values: { exitCode, stdout, stderr: wholeText(result, 'stderr', keepBytes), ...readings(stdout) },
    };
  },
});

const summary = (exitCode: number, stdout: string, stderr: string): string => {
  const text = exitCode === 0 ? stdout : stderr.trim() === '' ? stdout : stderr;
  const lines = text.trim().split(/\r?\n/);
  const line = (exitCode === 0 ? lines[0] : lines.at(-1)) ?? '';
  const shown = line.length > 120 ? `${line.slice(0, 119)}…` : line;
  return shown === '' ? `exit ${exitCode}` : exitCode === 0 ? shown : `exit ${exitCode}: ${shown}`;
};
