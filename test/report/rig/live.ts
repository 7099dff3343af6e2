// A live page as a person has it: `lab ui` of a project in a process of its own, and a browser that came by its link.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { Project } from '../../cli/rig/project.ts';
import { patienceMs } from './browser.ts';

export interface ServedUi {
  readonly pid: number;
  /** As printed: lets one browser in, once. */
  readonly link: URL;
  /** Ends it. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Resolves once the link is printed. @throws with what it said when it ends instead */
export const startUi = async (start: Project['start'], ...args: readonly string[]): Promise<ServedUi> => {
  const { child, ended } = start(['ui', ...args]);
  const link = new Promise<URL>((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /http:\S+/.exec(text);
      if (found) resolve(new URL(found[0]));
    });
  });
  const early = ended.then(({ stderr }): never => {
    throw new Error(`lab ui ended: ${stderr}`);
  });
  const found = await Promise.race([link, early]);
  early.catch(() => undefined); // that it ends later is meant
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  // Asked to end, it leaves nothing behind.
  onTestFinished(() => end());
  return { pid: child.pid ?? 0, link: found, end };
};

export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** The cookie the browser was given, as a header. */
  readonly cookie: string;
  /** Errors of the page's script, and what it wrote to the console. */
  readonly complaints: readonly string[];
}

export const visit = async (
  browser: Browser,
  { link }: Pick<ServedUi, 'link'>,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visit> => {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(link.href);
  const cookies = await context.cookies(link.origin);
  return { context, page, cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; '), complaints };
};

/** A reader of the events who takes what is sent at once, and then no more. Resolves with the first of it. */
export const readNoMore = async ({ link, cookie }: { link: URL; cookie: string }): Promise<IncomingMessage> => {
  const asked: ClientRequest = request({ host: '127.0.0.1', port: link.port, path: '/events', headers: { cookie } });
  asked.end();
  onTestFinished(() => {
    asked.destroy();
  });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject);
  });
  response.on('error', () => undefined); // its end is not what is asked for
  response.pause();
  return response;
};

/** Addresses on which a process listens, as the kernel tells. */
export const listeningOf = (pid: number): readonly string[] => {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).map((name) => /^socket:\[(\d+)\]/.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1]),
  );
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , , state, , , , , , inode]) =>
          inode !== undefined && sockets.has(inode) && (kind.startsWith('udp') || state === '0A'),
      )
      .map(([, local = '']) => `${kind} ${local}`),
  );
};

const linkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
};
