// One HTTP exchange on a connection of its own, its time limit covering all of it. An answer of any status is an answer;
// redirects are not followed, so that a probe sees what is really there.
import type { IncomingMessage, RequestOptions } from 'node:http';
import { usualLimit } from '../core/quantity.ts';
import type { HttpAnswer, HttpRequest } from '../engine/ports.ts';
import { whenTimeIsUp } from './stop-cause.ts';

export const exchange = async (request: HttpRequest): Promise<HttpAnswer> => {
  const startedAt = performance.now();
  const late = new AbortController();
  const limit = late.signal;
  const callOff = whenTimeIsUp(request.timeoutMs, () => late.abort());
  const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
  try {
    const response = await send(request, signal);
    const read = await readBody(response, request.keepBytes ?? usualLimit);
    const durationMs = performance.now() - startedAt;
    return { ok: true, status: response.statusCode ?? 0, headers: flatHeaders(response), ...read, durationMs };
  } catch (error) {
    if (request.signal?.aborted) return { ok: false, code: 'ABORTED', message: 'the request was cancelled' };
    if (limit.aborted)
      return { ok: false, code: 'ETIMEDOUT', message: `no complete answer within ${request.timeoutMs} ms` };
    return whyNot(error);
  } finally {
    callOff();
  }
};

const send = async (request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> => {
  const url = new URL(request.url);
  const secure = url.protocol === 'https:';
  const { request: start } = secure ? await import('node:https') : await import('node:http');
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    method: request.method ?? 'GET',
    headers: { ...request.headers },
    // An agent of its own keeps no connection: what answers next time must accept a new one.
    agent: false,
    signal,
    ...(secure && request.insecure === true && { rejectUnauthorized: false }),
  };
  return new Promise((resolve, reject) => {
    const sent = start(url, options, resolve);
    sent.on('error', reject);
    sent.end(request.body);
  });
};

/** Of a longer body the beginning is kept, and the connection closed. */
const readBody = async (
  response: IncomingMessage,
  mostBytes: number,
): Promise<{ readonly body: string; readonly truncated?: true }> => {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    // Leaving the loop destroys the response, and with it the connection.
    if (size > mostBytes) break;
  }
  const body = Buffer.concat(pieces).subarray(0, mostBytes).toString('utf8');
  return size > mostBytes ? { body, truncated: true } : { body };
};

const flatHeaders = (response: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** When a name has several addresses, Node gives one error for all of them; the first one's words say enough. */
const whyNot = (error: unknown): HttpAnswer => {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { code, message } = first as NodeJS.ErrnoException;
  return { ok: false, code: (error as NodeJS.ErrnoException).code ?? code ?? 'UNKNOWN', message };
};
