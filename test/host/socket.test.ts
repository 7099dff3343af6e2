import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { host, temporaryFolder } from './support.ts';

const listen = async (place: string | number, onConnection: (socket: Socket) => void): Promise<Server> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  const where = typeof place === 'string' ? { path: place } : { port: place, host: '127.0.0.1' };
  await new Promise<void>((resolve) => server.listen(where, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server;
};

describe('connecting over TCP', () => {
  it('says how long it took', async () => {
    const server = await listen(0, () => {});
    const answer = await host.tcp('127.0.0.1', (server.address() as AddressInfo).port, 30_000);
    expect(answer).toMatchObject({ ok: true });
    expect(answer.ok && answer.durationMs).toBeGreaterThan(0);
  });

  it('says why it could not: nobody there, no such port', async () => {
    const server = await listen(0, () => {});
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await host.tcp('127.0.0.1', port, 30_000)).toEqual({ ok: false, code: 'ECONNREFUSED' });
    expect(await host.tcp('127.0.0.1', 70_000, 30_000)).toEqual({ ok: false, code: 'ERR_SOCKET_BAD_PORT' });
  });

  it('gives up when the time is over', async () => {
    expect(await host.tcp('127.0.0.1', 1, 0)).toMatchObject({ ok: false });
  });
});

describe('asking over a unix socket', () => {
  const path = (): string => join(temporaryFolder(), 'control.sock');

  it('writes the question and reads until the answer is complete', async () => {
    const at = path();
    await listen(at, (socket) => {
      socket.once('data', (question) => {
        socket.write(`you said ${question}`);
        setImmediate(() => socket.write('done\n# '));
      });
    });
    expect(await host.unixSocket(at, 'show version\n', { until: /\n# $/, timeoutMs: 30_000 })).toBe(
      'you said show version\ndone\n# ',
    );
  });

  it('reads until the peer closes', async () => {
    const at = path();
    await listen(at, (socket) => socket.end('all of it é'));
    expect(await host.unixSocket(at, '', { until: /never/, timeoutMs: 30_000 })).toBe('all of it é');
  });

  it('reads a long answer, and zero bytes', async () => {
    const at = path();
    const long = 'line of an answer\n'.repeat(100_000);
    await listen(at, (socket) => {
      socket.write(long);
      socket.write('\0\0\0\0');
    });
    const text = await host.unixSocket(at, '', { until: /\0{3}.$/s, timeoutMs: 30_000 });
    expect(text).toBe(`${long}\0\0\0\0`);
  });

  it('fails with the path and the reason: nobody there, or too slow', async () => {
    const at = path();
    await expect(host.unixSocket(at, '', { until: /x/, timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining(at),
    });
    await listen(at, (socket) => socket.write('half'));
    await expect(host.unixSocket(at, '', { until: /x/, timeoutMs: 100 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: `${at}: no complete answer within 100 ms (4 bytes came)`,
    });
  });
});
