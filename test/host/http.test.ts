import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createPlainServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { host, temporaryFolder } from './support.ts';

const listening = async (server: Server | ReturnType<typeof createPlainServer>): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

const serve = async (handler: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(handler))}`;

/** A server that says raw text to whoever connects, and nothing else. */
const say = async (text: string): Promise<string> =>
  `http://127.0.0.1:${await listening(createPlainServer((socket) => void socket.on('error', () => {}).write(text)))}`;

describe('an HTTP exchange', () => {
  it('gives status, headers and body', async () => {
    const url = await serve((request, response) => {
      response.setHeader('X-Seen', [String(request.headers['x-mine']), request.method ?? '']);
      response.writeHead(404).end('nothing é here');
    });
    const answer = await host.http({ url: `${url}/a?b=c`, headers: { 'X-Mine': 'yes' }, timeoutMs: 30_000 });
    expect(answer).toMatchObject({ ok: true, status: 404, body: 'nothing é here' });
    expect(answer.ok && answer.headers['x-seen']).toBe('yes, GET');
    expect(answer.ok && answer.durationMs).toBeGreaterThan(0);
  });

  it('sends a body by another method', async () => {
    const url = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text) => response.end(`${request.method} ${text}`));
    });
    expect(await host.http({ url, method: 'PUT', body: 'content é', timeoutMs: 30_000 })).toMatchObject({
      body: 'PUT content é',
    });
  });

  it('does not follow redirects', async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect(await host.http({ url, timeoutMs: 30_000 })).toMatchObject({
      status: 302,
      headers: { location: '/elsewhere' },
    });
  });

  it('takes a new connection each time', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end(request.headers.connection);
    });
    for (let turn = 0; turn < 3; turn++)
      expect(await host.http({ url, timeoutMs: 30_000 })).toMatchObject({ body: 'close' });
    expect(ports.size).toBe(3);
  });

  it('keeps the first MiB of an endless body', async () => {
    const url = await serve((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const answer = await host.http({ url, timeoutMs: 60_000 });
    expect(answer.ok && answer.body.length).toBe(2 ** 20);
  });
});

describe('an HTTP exchange that fails is a value', () => {
  it('when nobody listens', async () => {
    const port = await listening(createPlainServer());
    const closed = createPlainServer();
    const free = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect(port).not.toBe(free);
    expect(await host.http({ url: `http://127.0.0.1:${free}`, timeoutMs: 30_000 })).toMatchObject({
      ok: false,
      code: 'ECONNREFUSED',
      message: expect.stringContaining(`127.0.0.1:${free}`),
    });
  });

  it('when nobody listens on any of a name’s addresses', async () => {
    const answer = await host.http({ url: 'http://localhost:1', timeoutMs: 30_000 });
    expect(answer).toMatchObject({
      ok: false,
      code: 'ECONNREFUSED',
      message: expect.stringMatching(/ECONNREFUSED .*:1$/),
    });
  });

  it('when there is no answer in time, or only half of one', async () => {
    const silent = await say('');
    expect(await host.http({ url: silent, timeoutMs: 50 })).toMatchObject({ ok: false, code: 'ETIMEDOUT' });
    const half = await say('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    expect(await host.http({ url: half, timeoutMs: 50 })).toMatchObject({
      ok: false,
      code: 'ETIMEDOUT',
      message: 'no complete answer within 50 ms',
    });
  });

  it('when it is cancelled', async () => {
    const url = await say('');
    const abort = new AbortController();
    const answer = host.http({ url, timeoutMs: 60_000, signal: abort.signal });
    abort.abort();
    expect(await answer).toMatchObject({ ok: false, code: 'ABORTED' });
  });

  it('when the connection breaks, or it is no HTTP', async () => {
    const broken = await serve((request) => request.socket.destroy());
    expect(await host.http({ url: broken, timeoutMs: 30_000 })).toMatchObject({ ok: false, code: 'ECONNRESET' });
    const noise = await say('SSH-2.0-OpenSSH\r\n\r\n');
    expect(await host.http({ url: noise, timeoutMs: 30_000 })).toMatchObject({ ok: false, code: /^HPE_/ });
  });

  it('when the address or a header makes no sense', async () => {
    expect(await host.http({ url: 'nonsense', timeoutMs: 1000 })).toMatchObject({ ok: false, code: 'ERR_INVALID_URL' });
    expect(await host.http({ url: 'ftp://host/', timeoutMs: 1000 })).toMatchObject({
      ok: false,
      code: 'ERR_INVALID_PROTOCOL',
    });
    const url = await serve((_, response) => response.end());
    expect(await host.http({ url, headers: { a: 'b\r\nc: d' }, timeoutMs: 1000 })).toMatchObject({
      ok: false,
      code: 'ERR_INVALID_CHAR',
    });
  });
});

describe('a certificate nobody vouches for', () => {
  it('is refused, and accepted when that is asked for', async () => {
    const folder = temporaryFolder();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync('openssl', [...request, '-subj', '/CN=test', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
      response.end('secret'),
    );
    const url = `https://127.0.0.1:${await listening(server)}`;
    expect(await host.http({ url, timeoutMs: 30_000 })).toMatchObject({
      ok: false,
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(await host.http({ url, timeoutMs: 30_000, insecure: true })).toMatchObject({ ok: true, body: 'secret' });
  });
});
