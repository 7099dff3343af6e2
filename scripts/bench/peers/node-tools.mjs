// Task runners that themselves are of Node's world. Their caches are their state: on where something is done again, else off.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { inside, which } from './where.mjs';

const json = (folder, name, value) => writeFileSync(join(folder, name), JSON.stringify(value));
const byId = (steps, of) => Object.fromEntries(steps.map((step) => [step.id, of(step)]));
const idsOf = (steps) => steps.map(({ id }) => id);

/** The packages a tool was installed with, where it looks for them. */
const link = (folder, tool) => {
  const packages = tool.slice(0, tool.indexOf(`${sep}node_modules${sep}`) + `${sep}node_modules`.length);
  symlinkSync(packages, join(folder, 'node_modules'));
};

const writeWireit = ({ folder, steps, jobs, tool, cached }) => {
  link(folder, tool);
  const kept = cached ? { files: [], output: [] } : {};
  const wireit = byId(steps, ({ argv, needs }) => ({ command: argv.join(' '), dependencies: needs, ...kept }));
  wireit.all = { dependencies: idsOf(steps) };
  const scripts = { ...byId(steps, () => 'wireit'), all: 'wireit' };
  json(folder, 'package.json', { name: 'bench', private: true, scripts, wireit });
  return { WIREIT_LOGGER: 'quiet', WIREIT_PARALLEL: String(jobs) };
};

const whereWireit = (root) => inside(root, 'wireit/node_modules/wireit/bin/wireit.js');

/** Without npm before it: with the environment that npm gives it. */
export const wireit = {
  where: whereWireit,
  write: (work) => {
    const npm = { npm_lifecycle_event: 'all', npm_package_json: 'package.json', npm_config_user_agent: 'npm/11.0.0' };
    return { argv: [process.execPath, work.tool], env: { ...writeWireit(work), ...npm } };
  },
};

export const npmWireit = {
  where: whereWireit,
  write: (work) => ({ argv: ['npm', 'run', '--silent', 'all'], env: writeWireit(work) }),
};

export const turbo = {
  where: (root) => inside(root, 'turbo/node_modules/@turbo/linux-64/bin/turbo'),
  write: ({ folder, steps, jobs, tool, cached }) => {
    const lock = { '': { name: 'bench', workspaces: ['p'] }, p: { version: '1.0.0' } };
    const packages = { ...lock, 'node_modules/p': { resolved: 'p', link: true } };
    const scripts = { ...byId(steps, ({ argv }) => argv.join(' ')), all: '/bin/true' };
    const task = (dependsOn) => ({ dependsOn, cache: cached, inputs: ['package.json'], outputs: [] });
    const tasks = { ...byId(steps, ({ needs }) => task(needs)), all: task(idsOf(steps)) };
    mkdirSync(join(folder, 'p'));
    json(folder, 'package.json', { name: 'bench', private: true, packageManager: 'npm@11.0.0', workspaces: ['p'] });
    json(folder, 'package-lock.json', { name: 'bench', lockfileVersion: 3, requires: true, packages });
    json(folder, 'p/package.json', { name: 'p', version: '1.0.0', private: true, scripts });
    json(folder, 'turbo.json', { tasks });
    const env = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
    return { argv: [tool, 'run', 'all', '--output-logs=none', `--concurrency=${jobs}`, '--no-daemon'], env };
  },
};

export const nx = {
  where: (root) => inside(root, 'nx/node_modules/nx/dist/bin/nx.js'),
  write: ({ folder, steps, jobs, tool, cached }) => {
    link(folder, tool);
    const task = ({ argv, needs }) => ({
      ...{ executor: 'nx:run-commands', options: { command: argv.join(' ') }, dependsOn: needs },
      ...{ cache: cached, inputs: ['{projectRoot}/project.json'], outputs: [] },
    });
    const targets = { ...byId(steps, task), all: { executor: 'nx:noop', dependsOn: idsOf(steps) } };
    json(folder, 'package.json', { name: 'bench', private: true, version: '1.0.0' });
    json(folder, 'nx.json', { analytics: false, neverConnectToCloud: true, useDaemonProcess: false });
    json(folder, 'project.json', { name: 'p', root: '.', targets });
    const env = {
      ...{ NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false', CI: '1' },
      ...{ NX_CACHE_DIRECTORY: '.nx/cache', NX_WORKSPACE_DATA_DIRECTORY: '.nx/data' },
    };
    const argv = [process.execPath, join('node_modules/nx/dist/bin/nx.js'), 'run', 'p:all'];
    return { argv: [...argv, '--outputStyle=static', `--parallel=${jobs}`], env };
  },
};

/** It asks git what has changed. */
export const moon = {
  where: (root) => inside(root, 'moonrepo-cli/node_modules/@moonrepo/core-linux-x64-gnu/moon') ?? which('moon'),
  write: ({ folder, steps, jobs, tool, cached }) => {
    const task = (command, deps) => ({
      ...{ command, deps: deps.map((id) => `~:${id}`), inputs: ['moon.yml'] },
      options: { cache: cached, runInCI: true },
    });
    const tasks = byId(steps, ({ argv, needs }) => task(argv.join(' '), needs));
    tasks.all = task('noop', idsOf(steps));
    mkdirSync(join(folder, '.moon'));
    json(folder, '.moon/workspace.yml', { projects: { root: '.' }, vcs: { client: 'git' }, telemetry: false });
    json(folder, 'moon.yml', { language: 'unknown', toolchains: { default: 'system' }, tasks });
    const home = join(folder, '..', 'moon');
    const env = { MOON_HOME: home, PROTO_HOME: join(home, 'proto'), MOON_OFFLINE: '1', PROTO_OFFLINE: '1' };
    const setUp =
      'git init -q . && git add -A && git -c user.name=bench -c user.email=bench@localhost commit -qm bench';
    return { argv: [tool, 'run', 'root:all', '--quiet', '--concurrency', String(jobs)], env, setUp };
  },
};
