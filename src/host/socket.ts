// Plain connections: can a TCP port be reached, and one question and answer over a unix socket.
import { connect, type Socket } from 'node:net';
import { whenTimeIsUp } from './stop-cause.ts';

export type TcpAnswer =
  | { readonly ok: true; readonly durationMs: number }
  | { readonly ok: false; readonly code: string };

export const connectTcp = (host: string, port: number, timeoutMs: number): Promise<TcpAnswer> => {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let socket: Socket | undefined;
    const answer = (result: TcpAnswer): void => {
      callOff();
      socket?.destroy();
      resolve(result);
    };
    const callOff = whenTimeIsUp(timeoutMs, () => answer({ ok: false, code: 'ETIMEDOUT' }));
    try {
      socket = connect({ host, port });
      socket.on('connect', () => answer({ ok: true, durationMs: performance.now() - startedAt }));
      socket.on('error', (error) => answer({ ok: false, code: codeOf(error) }));
    } catch (error) {
      answer({ ok: false, code: codeOf(error) });
    }
  });
};

export interface Exchange {
  /** The answer is complete when its end matches. */
  readonly until: RegExp;
  readonly timeoutMs: number;
}

/** Answers are read by people and parsers, not stored: who sends more than this is no control socket. */
const mostAnswerBytes = 64 * 2 ** 20;
/** How much of the end `until` is tried on; all of it each time would make a long answer quadratic. */
const endChars = 4096;

/** @throws an error whose message names the socket, with the system's code. */
export const askUnixSocket = (path: string, text: string, { until, timeoutMs }: Exchange): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ path });
    const decoder = new TextDecoder();
    const pieces: string[] = [];
    let end = '';
    let size = 0;
    const finish = (settle: () => void): void => {
      callOff();
      socket.destroy();
      settle();
    };
    const fail = (code: string, message: string, cause?: unknown): void =>
      finish(() => reject(Object.assign(new Error(`${path}: ${message}`, { cause }), { code })));
    const callOff = whenTimeIsUp(timeoutMs, () =>
      fail('ETIMEDOUT', `no complete answer within ${timeoutMs} ms (${size} bytes came)`),
    );
    socket.on('connect', () => socket.write(text));
    socket.on('data', (piece) => {
      const part = decoder.decode(piece, { stream: true });
      pieces.push(part);
      size += piece.length;
      end = (end + part).slice(-endChars);
      if (ends(end, until)) finish(() => resolve(pieces.join('')));
      else if (size > mostAnswerBytes) fail('EMSGSIZE', `the answer is longer than ${mostAnswerBytes} bytes`);
    });
    socket.on('end', () => finish(() => resolve(pieces.join('') + decoder.decode())));
    socket.on('error', (error) => fail(codeOf(error), error.message, error));
  });

/** Searches from the beginning, whatever a sticky or global expression remembers. */
const ends = (text: string, until: RegExp): boolean => {
  until.lastIndex = 0;
  return until.test(text);
};

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
