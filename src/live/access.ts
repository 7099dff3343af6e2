// Who may speak to the page's server: a browser that was given the one-time link, on this host, from the page itself.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly token: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export type Admission =
  | { readonly allowed: true }
  /** The token is used up; the cookie takes its place. */
  | { readonly allowed: 'exchange'; readonly cookie: string }
  | { readonly allowed: false; readonly status: 401 | 403 | 421; readonly message: string };

export class Access {
  private token = secret();
  private readonly sessions = new Set<string>();
  private readonly port: number;

  constructor(port: number) {
    this.port = port;
  }

  /** A link that lets one browser in, once. */
  get link(): string {
    return `http://127.0.0.1:${this.port}/?token=${this.token}`;
  }

  admit({ method, path, token, headers }: Asked): Admission {
    const { host, origin } = headers;
    // Another name for this address is how a page elsewhere would get here (DNS rebinding).
    if (host === undefined || !this.hosts.includes(host)) return refuse(421, 'This is not the host you asked for.');
    if (origin !== undefined && origin !== `http://${host}`) return refuse(403, 'Another origin has no business here.');
    if (method !== 'GET' && origin === undefined)
      return refuse(403, 'What changes something must say where it comes from.');
    if (path === '/' && method === 'GET' && token !== undefined && same(token, this.token)) return this.exchange();
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none')
      return refuse(403, 'Another site has no business here.');
    return this.knows(headers.cookie)
      ? { allowed: true }
      : refuse(401, 'Open the link that `lab ui` printed; each works once. Enter in its terminal gives a new one.');
  }

  /** Makes the link anew, so that another browser can be let in. */
  renew(): string {
    this.token = secret();
    return this.link;
  }

  private get hosts(): readonly string[] {
    return [`127.0.0.1:${this.port}`, `localhost:${this.port}`];
  }

  /** Cookies don't tell ports apart; names do. */
  private get cookieName(): string {
    return `lab-ui-${this.port}`;
  }

  private exchange(): Admission {
    const session = secret();
    this.sessions.add(session);
    this.token = secret();
    return { allowed: 'exchange', cookie: `${this.cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/` };
  }

  private knows(cookies: string | undefined): boolean {
    const own = (cookies ?? '').split(/;\s*/).find((each) => each.startsWith(`${this.cookieName}=`));
    const given = own?.slice(this.cookieName.length + 1) ?? '';
    return [...this.sessions].some((session) => same(given, session));
  }
}

const refuse = (status: 401 | 403 | 421, message: string): Admission => ({ allowed: false, status, message });
const secret = (): string => randomBytes(32).toString('base64url');

const same = (a: string, b: string): boolean => {
  const [one, two] = [Buffer.from(a), Buffer.from(b)];
  return one.length === two.length && timingSafeEqual(one, two);
};
