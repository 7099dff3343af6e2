// A step's surroundings from memory: commands are answered by the test, and what was called is kept.
import { tmpdir } from 'node:os';
import type { CommandResult, Host } from '../../src/engine/ports.ts';
import { type StepContext, StepError } from '../../src/engine/step-type.ts';
import { createHost } from '../../src/host/host.ts';

export interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

export interface Scripted {
  readonly context: StepContext;
  /** Every command with its input, in order. */
  readonly calls: { readonly line: string; readonly stdin: string | undefined }[];
  /** What it logged. */
  readonly logged: string[];
}

export const scripted = (answer: (line: string) => Answer | undefined, host: Partial<Host> = {}): Scripted => {
  const calls: Scripted['calls'] = [];
  const logged: string[] = [];
  const command: StepContext['command'] = async (argv, options = {}) => {
    const line = argv.join(' ');
    calls.push({ line, stdin: options.stdin });
    const { stdout = '', stderr = '', exitCode = 0 } = answer(line) ?? {};
    const result: CommandResult = {
      exitCode,
      signal: null,
      stdout,
      stderr,
      truncated: false,
      durationMs: 0,
      ended: 'exit',
    };
    return result;
  };
  const must: StepContext['must'] = async (argv, options) => {
    const result = await command(argv, options);
    if (result.exitCode === 0) return result;
    throw new StepError(result.stderr);
  };
  const context: StepContext = {
    command,
    must,
    log: (line) => logged.push(line),
    progress: () => undefined,
    shared: (_, ask) => ask(),
    host: { ...createHost(), uid: 0, ...host },
    signal: new AbortController().signal,
    env: { PATH: '/usr/bin' },
    cwd: tmpdir(),
    projectDir: tmpdir(),
    stateDir: tmpdir(),
    model: undefined,
    closing: () => context,
    consent: async () => true,
  };
  return { context, calls, logged };
};
