// Serves the page on the loopback interface: which request gets what. Who may ask is decided by `access.ts`.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../core/failure.ts';
import { sha256 } from '../pages/page-assets.ts';
import { offScreen } from '../project/off-screen.ts';
import { Access } from './access.ts';

export interface Served {
  /** The page as it is now. */
  page(): { readonly html: string; readonly style: string; readonly script: string };
  /** A viewer that stays. */
  view(response: ServerResponse): void;
  /** The text of a log by its file's name; undefined for any name that is not one of the run's logs. */
  log(file: string): Promise<string | undefined>;
  /** The names of the run's logs in which a text is, in small letters. */
  find(text: string): Promise<readonly string[]>;
  /** Does what a button says. */
  act(wish: { readonly action: string; readonly step?: string }): { readonly status: number; readonly message: string };
}

export interface PageServer {
  readonly access: Access;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 and nowhere else; port 0 takes a free one. */
export const servePage = async (served: Served, port: number): Promise<PageServer> => {
  let access: Access | undefined;
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000 }, (request, response) => {
    if (!access) return response.destroy();
    answer({ request, response, served, access }).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        send(response, 500, {
          text: offScreen(`This is a mistake in lab: ${messageOf(error)}`),
        });
    });
    return undefined;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  access = new Access((server.address() as AddressInfo).port);
  return { access, close: () => close(server) };
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly served: Served;
  readonly access: Access;
}

const answer = async (exchange: Exchange): Promise<void> => {
  const { request, response, access } = exchange;
  const { method = 'GET', headers, url = '/' } = request;
  const [path = '/', query = ''] = url.split('?', 2);
  const values = new URLSearchParams(query);
  const admission = access.admit({ method, path, token: values.get('token') ?? undefined, headers });
  if (admission.allowed === false) return send(response, admission.status, { text: admission.message });
  if (admission.allowed === 'exchange') {
    response.setHeader('Set-Cookie', admission.cookie);
    response.setHeader('Location', '/');
    return send(response, 303, { text: '' });
  }
  return route(exchange, { what: `${method} ${path}`, values });
};

const route = async (
  { request, response, served }: Exchange,
  { what, values }: { what: string; values: URLSearchParams },
): Promise<void> => {
  switch (what) {
    case 'GET /': {
      const { html, style, script } = served.page();
      response.setHeader('Content-Security-Policy', policy(style, script));
      return send(response, 200, { html });
    }
    case 'GET /events':
      response.writeHead(200, { ...guarded, 'Content-Type': 'text/event-stream' });
      response.write('retry: 1000\n\n');
      return served.view(response);
    case 'GET /log': {
      const text = await served.log(values.get('file') ?? '');
      return send(response, text === undefined ? 404 : 200, { text: text ?? 'There is no such log.' });
    }
    case 'GET /find':
      return send(response, 200, { text: JSON.stringify(await served.find(values.get('text') ?? '')) });
    case 'POST /do': {
      const wish = wishIn(await bodyOf(request));
      if (!wish) return send(response, 400, { text: 'Not understood.' });
      const { status, message } = served.act(wish);
      return send(response, status, { text: message });
    }
    default:
      return send(response, 404, { text: 'There is nothing here.' });
  }
};

const policy = (style: string, script: string): string =>
  `default-src 'none'; img-src data:; style-src 'sha256-${sha256(style)}'; style-src-attr 'unsafe-inline'; script-src 'sha256-${sha256(script)}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const guarded = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const send = (
  response: ServerResponse,
  status: number,
  body: { readonly html: string } | { readonly text: string },
): void => {
  const [type, content] = 'html' in body ? ['text/html', body.html] : ['text/plain', body.text];
  response.writeHead(status, { ...guarded, 'Content-Type': `${type}; charset=utf-8` });
  response.end(content);
};

const bodyBytes = 4096;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytes) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const wishIn = (body: string): { action: string; step?: string } | undefined => {
  try {
    const value = JSON.parse(body) as Record<string, unknown> | null;
    const { action, step } = value ?? {};
    if (typeof action !== 'string') return undefined;
    return { action, ...(typeof step === 'string' && { step }) };
  } catch {
    return undefined; // no JSON: answered as not understood
  }
};
