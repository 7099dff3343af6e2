// Machines for tests, each a namespace of processes, mounts, names and network with a boot of its own, joined by one bridge. Root only.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Lab, openLabThrough, textOfFile } from './lab.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface Machine {
  readonly name: string;
  readonly address: string;
  readonly lab: Lab;
  /** What a command on it prints. */
  run(...argv: string[]): string;
  /** Takes its cable out of the bridge. */
  cut(): void;
  heal(): void;
  /** All its processes end at once, and with them its namespaces. */
  powerOff(): Promise<void>;
  /** Boots it anew; its disk is as it was. */
  powerOn(): Promise<void>;
}

export interface Machines {
  readonly all: readonly Machine[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** `mtu` is that of the network between them. */
export const openMachines = async (names: readonly string[], mtu: number): Promise<Machines> => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-machines-'));
  const bridge = await start('unshare', ['--net', 'sh', '-c', 'echo up; exec sleep infinity']);
  const onBridge = (...argv: string[]) => inNetwork(pidOf(bridge), argv);
  onBridge('ip', 'link', 'add', 'joint', 'mtu', String(mtu), 'type', 'bridge', 'forward_delay', '0');
  onBridge('ip', 'link', 'set', 'dev', 'joint', 'up');
  const all = await Promise.all(
    names.map((name, at) => boot({ name, address: `10.99.0.${11 + at}`, folder, mtu, onBridge })),
  );
  return {
    all,
    async [Symbol.asyncDispose]() {
      for (const machine of all) await machine.lab[Symbol.asyncDispose]();
      for (const machine of all) await machine.powerOff();
      await end(bridge);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

interface Site {
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  readonly mtu: number;
  readonly onBridge: (...argv: string[]) => string;
}

/** What its first process does: nothing of the real machine's /run is seen, and its boot is its own. It reaps what outlives its parent. */
const init = `
hostname "$1"; mount -t tmpfs -o mode=755 run /run; mkdir -p /run/netns /run/lock
mount --bind "$2" /proc/sys/kernel/random/boot_id; ip link set dev lo up; echo up
exec env --ignore-signal=CHLD sleep infinity`;
const flags = [
  '--net',
  '--pid',
  '--mount',
  '--uts',
  '--fork',
  '--kill-child',
  '--mount-proc',
  '--propagation',
  'private',
];
/** nsenter goes to / with the mount namespace. */
const enter = 'exec nsenter --target="$(cat "$0")" --net --pid --mount --uts -- sh -c \'cd "$0" && exec "$@"\' "$@"';

const boot = async ({ name, address, folder, mtu, onBridge }: Site): Promise<Machine> => {
  const [pidFile, bootFile] = [join(folder, `${name}.pid`), join(folder, `${name}.boot`)];
  const through = ['sh', '-c', enter, pidFile, repository];
  const port = `to-${name}`;
  let running: ChildProcess | undefined;
  const powerOn = async (): Promise<void> => {
    writeFileSync(bootFile, `${randomUUID()}\n`);
    running = await start('unshare', [...flags, 'sh', '-ec', init, 'sh', name, bootFile]);
    const first = childOf(pidOf(running));
    writeFileSync(pidFile, String(first));
    const size = ['mtu', String(mtu)];
    onBridge(
      'ip',
      'link',
      'add',
      port,
      ...size,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      ...size,
      'netns',
      String(first),
    );
    onBridge('ip', 'link', 'set', 'dev', port, 'master', 'joint', 'up');
    inNetwork(first, ['ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0']);
    inNetwork(first, ['ip', 'link', 'set', 'dev', 'eth0', 'up']);
  };
  await powerOn();
  return {
    name,
    address,
    lab: openLabThrough({ through, path: process.env['PATH'] }),
    run: (...argv) => execFileSync(through[0] ?? '', [...through.slice(1), ...argv], { encoding: 'utf8' }),
    cut: () => void onBridge('ip', 'link', 'set', 'dev', port, 'down'),
    heal: () => void onBridge('ip', 'link', 'set', 'dev', port, 'up'),
    powerOff: async () => {
      if (running) await end(running);
      running = undefined;
      // The kernel takes the cable away a little later than the network it led to.
      while (onBridge('ip', '-br', 'link').includes(`${port}@`))
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
    powerOn,
  };
};

/** Starts what says a line once it is up. */
const start = (command: string, argv: readonly string[]): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code} before it was up`)));
    child.stdout?.once('data', () => resolve(child));
  });

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });

const pidOf = ({ pid }: ChildProcess): number => {
  if (pid === undefined) throw new Error('it did not start');
  return pid;
};

const childOf = (parent: number): number => {
  const isChild = (pid: string): boolean =>
    new RegExp(`^PPid:\\s+${parent}$`, 'm').test(textOfFile(`/proc/${pid}/status`));
  const child = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isChild(name));
  if (child === undefined) throw new Error(`process ${parent} has no child`);
  return Number(child);
};

const inNetwork = (pid: number, argv: readonly string[]): string =>
  execFileSync('nsenter', [`--target=${pid}`, '--net', '--', ...argv], { encoding: 'utf8' });
