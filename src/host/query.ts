// Asks a tool something short, such as its version. execa is loaded with the first question.
import { signalGroup } from './group.ts';
import { whenTimeIsUp } from './stop-cause.ts';

export interface QueryAnswer {
  /** False when there is no such program, or it may not be run. */
  readonly found: boolean;
  /** Null when it was ended by a signal or by the time limit. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const mostChars = 2 ** 20;

export const query = async (argv: readonly string[], options: { readonly timeoutMs: number }): Promise<QueryAnswer> => {
  const { execa } = await import('execa');
  const [program = '', ...args] = argv;
  const asked = execa(program, args, {
    reject: false,
    stdin: 'ignore',
    stripFinalNewline: true,
    maxBuffer: mostChars,
    // execa's own limit ends the program alone, and then waits for whoever else holds its pipes.
    detached: true,
  });
  const callOff = whenTimeIsUp(options.timeoutMs, () => asked.pid !== undefined && signalGroup(asked.pid, 'SIGKILL'));
  try {
    const { exitCode = null, code, stdout, stderr } = await asked;
    return { found: !notThere.has(code ?? ''), exitCode, stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    callOff();
  }
};

const notThere = new Set(['ENOENT', 'EACCES', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE']);
