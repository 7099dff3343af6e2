// Docker's engine for one test file: in network, mount and process namespaces of its own, so that all of it ends with one process.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Lab, openLabThrough } from '../../rig/lab.ts';
import { debian, type Program, routerImage } from './programs.ts';

export interface Engine {
  /** Runs a command beside the engine. @throws when it does not exit 0 */
  run(...argv: string[]): string;
  /** A lab whose commands run beside the engine, with these programs. */
  lab(programs: readonly Program[]): Lab;
  [Symbol.asyncDispose](): Promise<void>;
}

export const image = 'lab-router:debian';

/**
 * Files and folders that containerlab writes to on its host are the engine's own. The machine's cgroups show through a sysfs that belongs
 * to the new network namespace.
 */
const init = `
mount -t tmpfs lab /run
mkdir -p /run/netns /run/lock /run/cgroup /run/etc
: >/run/modules
mount --rbind /sys/fs/cgroup /run/cgroup
mount -t sysfs sysfs /sys
mount --rbind /run/cgroup /sys/fs/cgroup
umount --lazy /run/cgroup
cp /etc/hosts /run/etc/hosts
mount --bind /run/etc/hosts /etc/hosts
[ ! -d /etc/ssh ] || mount -t tmpfs lab /etc/ssh
ip link set lo up
exec dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile /run/dockerd.pid --host unix:///run/docker.sock \\
  --cgroup-parent "/$2" --add-runtime "lab=$1/runtime" --default-runtime lab >"$1/log" 2>&1
`;

/** @throws with the end of its log when it does not come up. */
export const openEngine = async (): Promise<Engine> => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-engine-'));
  const name = basename(folder);
  writeFileSync(join(folder, 'runtime'), runtime());
  chmodSync(join(folder, 'runtime'), 0o755);
  const PATH = `${debian.bin}:${process.env['PATH']}`;
  const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];
  // It ends with the process that started it also when that is killed.
  const argv = ['--pdeathsig', 'KILL', 'unshare', ...flags, 'sh', '-ec', init, 'sh', folder, name];
  const child = spawn('setpriv', argv, { stdio: 'ignore', env: { ...process.env, PATH } });
  const ended = once(child, 'exit');
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await removeGroups(name);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    const engine = new RunningEngine(child, PATH, dispose);
    await engine.answers(() => readFileSync(join(folder, 'log'), 'utf8'));
    engine.run('docker', 'import', join(routerImage.folder, 'router.tar'), image);
    return engine;
  } catch (error) {
    await dispose();
    throw error;
  }
};

class RunningEngine implements Engine {
  private readonly child: ChildProcess;
  private readonly path: string;
  private readonly dispose: () => Promise<void>;

  constructor(child: ChildProcess, path: string, dispose: () => Promise<void>) {
    this.child = child;
    this.path = path;
    this.dispose = dispose;
  }

  async answers(log: () => string): Promise<void> {
    for (let look = 0; look < 600; look += 1) {
      try {
        this.run('docker', 'version', '--format', '{{.Server.Version}}');
        return;
      } catch {
        if (this.child.exitCode !== null || this.child.signalCode !== null) break;
        await pause(100);
      }
    }
    throw new Error(`Docker's engine did not come up:\n${log().split('\n').slice(-5).join('\n')}`);
  }

  run(...argv: string[]): string {
    const [command = '', ...rest] = [...this.entry(), ...argv];
    const env = { ...process.env, PATH: this.path };
    return execFileSync(command, rest, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  lab(programs: readonly Program[]): Lab {
    const path = [...programs.map(({ bin }) => bin), this.path].join(':');
    return openLabThrough({ through: this.entry(), path });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** nsenter to the engine, which is the first process of its namespaces. */
  private entry(): readonly string[] {
    const pid = childrenOf(this.child.pid ?? 0)[0] ?? 0;
    return ['nsenter', `--target=${pid}`, '--net', '--mount', '--pid', `--wd=${process.cwd()}`, '--'];
  }
}

export const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

const capabilities = [
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER'],
  ...['SYS_MODULE', 'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP'],
  ...['MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF'],
  'CHECKPOINT_RESTORE',
];

/**
 * `docker run --privileged` asks for every capability there is, and is refused where the machine itself lacks one. The runtime's wrapper
 * asks for those that can be given.
 */
const runtime = (): string => {
  const bounds = BigInt(`0x${/^CapBnd:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`);
  const lacking = capabilities.filter((_, bit) => ((bounds >> BigInt(bit)) & 1n) === 0n);
  const edits = lacking.map((name) => `s/"CAP_${name}",//g; s/,"CAP_${name}"//g;`).join(' ');
  return `#!/bin/sh
for word; do
  case "$previous" in --bundle|-b) file="$word/config.json";; --process|-p) file="$word";; esac
  previous=$word
done
case " $* " in *" create "*|*" exec "*) [ -z "$file" ] || sed -i '${edits}' "$file";; esac
exec runc "$@"
`;
};

/** Groups of containers that were killed with the engine. */
const removeGroups = async (name: string): Promise<void> => {
  const root = '/sys/fs/cgroup';
  const found = ['', ...readdirSync(root)].map((each) => join(root, each, name)).filter((path) => existsSync(path));
  for (const path of found)
    execFileSync('sh', [
      '-c',
      // The kernel needs a moment to bury what was in them.
      'for n in 1 2 3 4 5 6 7 8 9 10; do find "$1" -depth -type d -exec rmdir {} + 2>/dev/null; [ -e "$1" ] || exit 0; sleep 0.2; done',
      'sh',
      path,
    ]);
};
