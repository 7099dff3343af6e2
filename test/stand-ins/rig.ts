// Runs the real program on a host that has only stand-ins: a project with the real workflows and assets, a world of its own, orders to misbehave.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Order, serve, type Versions, type World } from './serve.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = fileURLToPath(new URL('.', import.meta.url));
const tools = ['docker', 'minikube', 'containerlab', 'cilium', 'kubectl'];

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StandInHost {
  readonly state: string;
  /** Starts the program; `ended` resolves with what it said. */
  start(...args: string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> };
  lab(...args: string[]): Promise<Ended>;
  /** Runs a stand-in as a person would. */
  tool(...argv: string[]): Promise<Ended>;
  order(...orders: Order[]): void;
  world(): World;
  /** How many commands have been called so far. */
  called(): number;
  /** Resolves once the world is so. @throws what the program said when it ends before. */
  until(holds: () => boolean, run: { readonly ended: Promise<Ended> }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `variant` is tried on a host of this test's size: what it requires of the machine is taken away, its tools are not; `files` are added to its project. */
export const openStandInHost = (
  variant: string,
  versions: Versions = {},
  files: Readonly<Record<string, string>> = {},
): StandInHost => {
  const root = mkdtempSync(join(tmpdir(), 'lab-stand-ins-'));
  const paths = {
    bin: join(root, 'bin'),
    world: join(root, 'world'),
    state: join(root, 'state'),
    project: join(root, 'project'),
  };
  for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
  for (const tool of tools) symlinkSync(join(folder, 'tool.pl'), join(paths.bin, tool));
  layProject(paths.project, variant);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(paths.project, file)), { recursive: true });
    writeFileSync(join(paths.project, file), text);
  }
  const server = serve(paths.world, versions);
  const env = {
    PATH: `${paths.bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: root,
    LANG: 'C.UTF-8',
    LAB_WORLD: paths.world,
    LAB_STATE_DIR: paths.state,
  };
  const running = new Set<ChildProcess>();
  const launch = (command: string, args: readonly string[]) => {
    const child = spawn(command, args, { cwd: paths.project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    child.once('close', () => running.delete(child));
    return { child, ended: ending(child) };
  };
  const start = (...args: string[]) => launch(process.execPath, [join(repository, 'bin/lab.js'), ...args]);
  return {
    state: paths.state,
    start,
    lab: (...args) => start(...args).ended,
    tool: (tool = '', ...args) => launch(join(paths.bin, tool), args).ended,
    order: server.order,
    world: () => structuredClone(server.world),
    called: () => server.world.calls.length,
    async until(holds, run) {
      let over: Ended | undefined;
      void run.ended.then((ended) => {
        over = ended;
      });
      while (!holds()) {
        if (over !== undefined) throw new Error(`it ended before: ${over.stdout}${over.stderr}`);
        await setTimeout(50);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill('SIGKILL');
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
};

const layProject = (project: string, variant: string): void => {
  mkdirSync(join(project, 'workflows/tried'), { recursive: true });
  for (const name of ['srl-cilium', 'srl-cilium-seed', 'srl-metallb'])
    symlinkSync(join(repository, 'workflows', name), join(project, 'workflows', name));
  symlinkSync(join(repository, 'assets'), join(project, 'assets'));
  const lines = ['name: tried', `extends: ${variant}`, 'order: 1'];
  const requires = ['requires:', '  memory: null', '  cpus: null', '  cpuFlags: null', '  sysctl: null'];
  writeFileSync(join(project, 'workflows/tried/variant.yaml'), `${[...lines, ...requires].join('\n')}\n`);
};

const ending = (child: ChildProcess): Promise<Ended> => {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
};
