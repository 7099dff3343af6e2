import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PageServer, servePage } from '../../src/live/server.ts';

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

describe('the server of the live page', () => {
  let server: PageServer;
  let base: URL;
  let cookie = '';
  const done: unknown[] = [];

  const ask = (path: string, headers: Record<string, string> = {}, body?: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const asked = request({ host: '127.0.0.1', port: base.port, path, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
      });
      asked.on('error', reject);
      asked.end(body);
    });

  beforeAll(async () => {
    server = await servePage(
      {
        page: () => ({ html: 'the page', style: 'a', script: 'b' }),
        view: (response) => response.end(),
        log: async (file) => (file === 'a.1.log' ? 'the log' : undefined),
        find: async (text) => (text === 'the' ? ['a.1.log'] : []),
        act(wish) {
          done.push(wish);
          return { status: 202, message: 'done' };
        },
      },
      0,
    );
    const link = new URL(server.access.link);
    base = link;
    const entered = await ask(`${link.pathname}${link.search}`);
    expect(entered.status).toBe(303);
    cookie = String(entered.headers['set-cookie']?.[0]).split(';')[0] ?? '';
  });
  afterAll(() => server.close());

  it('shows the page to whoever came by the link', async () => {
    const page = await ask('/', { cookie });
    expect(page.body).toBe('the page');
    expect(String(page.headers['content-security-policy'])).toContain("default-src 'none'");
  });

  it('lets nobody in by a link that was used, a wrong one, or none', async () => {
    for (const path of [`/${base.search}`, '/?token=wrong', '/', '/events', '/log?file=a.1.log'])
      expect((await ask(path)).status).toBe(401);
    expect((await ask('/', { cookie: cookie.replace(/=.*/, '=wrong') })).status).toBe(401);
  });

  it('gives another browser a link of its own', async () => {
    const link = new URL(server.access.renew());
    expect((await ask(`/${link.search}`)).status).toBe(303);
    expect((await ask(`/${link.search}`)).status).toBe(401);
  });

  it('gives other origins, other sites and other host names nothing', async () => {
    expect((await ask('/', { cookie, origin: 'http://evil.example' })).status).toBe(403);
    expect((await ask('/events', { cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await ask('/', { cookie, host: `evil.example:${base.port}` })).status).toBe(421);
  });

  it('does nothing for a request that does not say it comes from the page', async () => {
    const wish = JSON.stringify({ action: 'resume' });
    expect((await ask('/do', { cookie }, wish)).status).toBe(403);
    expect((await ask('/do', { cookie, origin: 'http://evil.example' }, wish)).status).toBe(403);
    expect((await ask('/do', { origin: base.origin }, wish)).status).toBe(401);
    expect(done).toEqual([]);
    expect((await ask('/do', { cookie, origin: base.origin }, wish)).status).toBe(202);
    expect(done).toEqual([{ action: 'resume' }]);
  });

  it('answers bodies that are no wish, or too long, as not understood', async () => {
    for (const body of ['', 'null', '[]', '{"action":1}', `{"action":"${'x'.repeat(5000)}"}`])
      expect((await ask('/do', { cookie, origin: base.origin }, body)).status).toBe(400);
  });

  it('gives logs by their names, and nothing for paths', async () => {
    expect((await ask('/log?file=a.1.log', { cookie })).body).toBe('the log');
    expect((await ask('/find?text=the', { cookie })).body).toBe('["a.1.log"]');
    expect((await ask('/find?text=the')).status).toBe(401);
    for (const path of [
      '/log?file=../journal.jsonl',
      '/log?file=%2Fetc%2Fpasswd',
      '/../../etc/passwd',
      '/%2e%2e/etc/passwd',
      '//etc/passwd',
    ])
      expect((await ask(path, { cookie })).status).toBe(404);
  });
});
