// The catalogue of known causes against what programs of this machine really print when they fail that way.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCause } from '../../src/view/find-cause.ts';

const folder = mkdtempSync(join(tmpdir(), 'lab-causes-'));
let server: Server;
let port = 0;
/** Holds its port, and never answers. */
beforeAll(async () => {
  server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
  const conf = `error_log stderr; pid ${folder}/pid; events {} http { access_log off; server { listen 127.0.0.1:${port}; } }\n`;
  writeFileSync(join(folder, 'nginx.conf'), conf);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly exitCode: number;
  readonly lines: readonly string[];
}

const run = ([program = '', ...args]: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nonexistent', LC_ALL: 'C' };
    execFile(program, args, { env, timeout: 60_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : -1;
      resolve({ exitCode: error ? code : 0, lines: `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '') });
    });
  });

/** In namespaces of its own, so that nothing of this machine is touched. */
const apart = (script: string): readonly string[] => [
  'unshare',
  '--map-root-user',
  '--net',
  '--mount',
  'sh',
  '-c',
  script,
];

const failures: readonly (readonly [id: string, needs: string, argv: () => readonly string[]])[] = [
  ['docker-not-running', 'docker', () => ['docker', '--host', 'unix:///nonexistent/docker.sock', 'ps']],
  ['connection-refused', 'curl', () => ['curl', '-sS', 'http://127.0.0.1:1/']],
  ['deadline', 'curl', () => ['curl', '-sS', '--max-time', '1', `http://127.0.0.1:${port}/`]],
  ['dns', 'curl', () => ['curl', '-sS', 'http://no-such-host.invalid/']],
  ['api-server-refused', 'kubectl', () => ['kubectl', '--server=http://127.0.0.1:1', 'get', 'nodes']],
  ['port-in-use', 'nginx', () => ['nginx', '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;']],
  ['no-space', 'dd', () => ['dd', 'if=/dev/zero', 'of=/dev/full', 'count=1']],
  ['link-exists', 'ip', () => apart('ip link add name b0 type bridge; ip link add name b0 type bridge')],
  ['device-type-unknown', 'ip', () => apart('ip link add name b0 type nosuchtype')],
  ['namespace-exists', 'ip', () => apart('mount -t tmpfs none /run; ip netns add a; ip netns add a')],
  ['package-unknown', 'apt-get', () => ['apt-get', 'install', '--dry-run', 'no-such-package-anywhere']],
  ['frr-could-not-start', '/usr/lib/frr/zebra', () => ['/usr/lib/frr/zebra', '-u', 'no-such-user']],
  ['out-of-memory', 'tail', () => ['sh', '-c', 'ulimit -v 20000; head -c 200000000 /dev/zero | tail']],
  ['command-not-found', 'sh', () => ['sh', '-c', 'no-such-program']],
];

const isThere = (program: string): boolean =>
  ['', '/usr/local/bin/', '/usr/sbin/', '/usr/bin/', '/sbin/', '/bin/'].some((folder) =>
    existsSync(`${folder}${program}`),
  );

describe('a failure of a real program', () => {
  for (const [id, needs, argv] of failures)
    it.skipIf(!isThere(needs))(`is known as ${id}`, async () => {
      const { exitCode, lines } = await run(argv());
      expect(exitCode).not.toBe(0);
      const failure = { kind: 'exit', exitCode, command: argv().join(' '), tail: lines } as const;
      expect([findCause({ failure, evidence: [] })?.id, lines]).toEqual([id, lines]);
    });
});
