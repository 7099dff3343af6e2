// The servers that the durable engines record in: each started when it is first asked for, on loopback with a folder of its own,
// and ended with the bench. What they do themselves is in no figure.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../measure.mjs';

const running = [];

/** Resolves once the server says that it is `ready`. It ends with this process, however that ends. */
const serve = ({ folder, argv, env = {}, ready }) =>
  new Promise((resolve, reject) => {
    const child = spawn('setpriv', ['--pdeathsig', 'INT', ...argv], {
      ...{ cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    });
    const ended = new Promise((end) => child.on('exit', end));
    running.push({ folder, child, ended });
    let said = '';
    const refuse = (why) => reject(new Error(`${argv.join(' ')} ${why}: ${said}`));
    const late = setTimeout(refuse, 60_000, 'is not ready after a minute');
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => {
        said = `${said}${piece}`.slice(-10_000);
        if (!ready.test(said)) return;
        clearTimeout(late);
        resolve();
      });
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(late);
      refuse(`ended with ${code}`);
    });
  });

export const endServers = async () => {
  for (const { folder, child, ended } of running.splice(0)) {
    child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The port of loopback that the system offers. */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const once = (start) => {
  let started;
  return (tool) => {
    started ??= start(tool);
    return started;
  };
};

/** As it comes, so that what it has taken is on disk. It does not run as root: then as the user that its package makes. */
export const postgresql = once(async (programs) => {
  const isRoot = process.getuid() === 0;
  const folder = mkdtempSync(join(tmpdir(), 'lab-bench-postgresql-'));
  if (isRoot) await run(['chown', 'postgres:', folder]);
  const as = isRoot ? ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : [];
  const data = join(folder, 'data');
  const init = [join(programs, 'initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale'];
  const { code, stderr } = await run(['setpriv', ...as, ...init], { cwd: folder });
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${stderr}`);
  const port = await freePort();
  const options = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const argv = [...as, join(programs, 'postgres'), '-D', data, '-p', String(port), ...options];
  await serve({ folder, argv, ready: /ready to accept connections/ });
  return { BENCH_POSTGRES: `postgresql://postgres@127.0.0.1:${port}/postgres` };
});

export const restateServer = once(async (program) => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-bench-restate-'));
  const [fabric, ingress, admin, service] = await Promise.all(Array.from({ length: 4 }, freePort));
  const env = {
    ...{ RESTATE_LISTEN_MODE: 'tcp', RESTATE_BIND_IP: '127.0.0.1', RESTATE_BIND_PORT: String(fabric) },
    ...{ RESTATE_INGRESS__BIND_PORT: String(ingress), RESTATE_ADMIN__BIND_PORT: String(admin) },
    ...{ RESTATE_LOG_FORMAT: 'compact', RESTATE_LOG_DISABLE_ANSI_CODES: 'true', RESTATE_DISABLE_TELEMETRY: 'true' },
  };
  const argv = [program, '--no-logo', '--node-name', 'bench'];
  await serve({ folder, argv, env, ready: /server_name=admin-api-server/ });
  const at = (port) => `http://127.0.0.1:${port}`;
  return { BENCH_RESTATE: at(ingress), BENCH_RESTATE_ADMIN: at(admin), BENCH_RESTATE_SERVICE: String(service) };
});
