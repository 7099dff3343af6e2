// Hands the terminal to a program until it ends, as `lab exec` does. execa is loaded with the first one.
import { explainSpawnFailure, type SpawnFailure } from './launch.ts';

export interface InteractiveResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Set when the program could not be started. */
  readonly error?: SpawnFailure;
}

export interface InteractivePlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export const runInteractive = async (
  argv: readonly string[],
  { cwd, env }: InteractivePlace,
): Promise<InteractiveResult> => {
  const { execa } = await import('execa');
  const [program = '', ...args] = argv;
  // The terminal sends Ctrl-C to the program as well; it is the program's to act on, and ours to wait for its end.
  for (const signal of terminalSignals) process.on(signal, leaveToProgram);
  try {
    const result = await execa(program, args, { cwd, env, extendEnv: false, stdio: 'inherit', reject: false });
    const { exitCode = null, signal = null } = result;
    const failed = result.failed && exitCode === null && signal === null;
    const error = failed ? explainSpawnFailure(result.cause ?? result, { argv, cwd, env }) : undefined;
    return { exitCode, signal, ...(error && { error }) };
  } finally {
    for (const signal of terminalSignals) process.off(signal, leaveToProgram);
  }
};

const terminalSignals = ['SIGINT', 'SIGQUIT'] as const;
const leaveToProgram = (): void => {};
