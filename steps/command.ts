// The command probe: what a command prints and how it ends, without a shell.
import * as z from 'zod';
import { defineProbe, StepError } from '../src/engine/step-type.ts';

const input = z.strictObject({
  run: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .describe('The argument vector'),
  stdin: z.string().optional().describe('What it reads'),
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
  async look({ run, stdin }, context) {
    const argv = run.map(String);
    const result = await context.command(argv, { quiet: true, ...(stdin !== undefined && { stdin }) });
    if (result.ended === 'spawn-failed')
      throw new StepError(`${argv[0]} could not be started: ${result.error?.message ?? ''}`);
    if (result.ended !== 'exit') throw new StepError(`${argv[0]} gave no answer in time`);
    const { stdout, stderr } = result;
    const exitCode = result.exitCode ?? -1;
    const lines = stdout.split(/\r?\n/).filter((line) => line !== '');
    return {
      holds: exitCode === 0,
      saw: summary(exitCode, stdout, stderr),
      values: { exitCode, stdout, stderr, lines, json: jsonOf(stdout) },
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

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Text that is no JSON is an answer too.
  }
};
