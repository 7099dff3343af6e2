// The capsule from outside: which process it is, how it is entered, and one picture of everything in it.

import type { ProcessIdentity } from '../src/core/event.ts';
import type { CommandResult, Host } from '../src/engine/ports.ts';
import { type CommandOptions, type StepContext, StepError } from '../src/engine/step-type.ts';

export const capsuleVariable = 'LAB_CAPSULE';

/** Capsules are told apart by the state folder they belong to, so two labs never meet. */
export const capsuleId = (context: Pick<StepContext, 'stateDir'>): string => context.stateDir;

const found = new WeakMap<Host, ProcessIdentity>();

/** The capsule's first process, seen from the host; undefined when there is none. */
export const findCapsule = async (context: StepContext): Promise<number | undefined> => {
  const { host } = context;
  const known = found.get(host);
  // Looking through all processes of the host costs much more than asking whether the one that was found still lives.
  if (known && host.isAlive(known)) return known.pid;
  const [first] = await context.shared('capsule', () => host.findByEnvironment(capsuleVariable, capsuleId(context)));
  if (first) found.set(host, first);
  return first?.pid;
};

/** @throws StepError when the capsule is not running. */
export const needCapsule = async (context: StepContext): Promise<number> => {
  const pid = await findCapsule(context);
  if (pid === undefined) throw new StepError('the capsule is not running');
  return pid;
};

/** A path inside the capsule, as the host reaches it. */
export const fromHost = (pid: number, path: string): string => `/proc/${pid}/root${path}`;

/** Where a device keeps its files, inside the capsule. */
export const folderOf = (device: string): string => `/run/lab/${device}`;

/** nsenter into the capsule; without root its user namespace comes first. */
export const entryFlags = (host: Host, pid: number): readonly string[] => {
  const user = host.uid === 0 ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', `--target=${pid}`, ...user, '--mount', '--pid'];
};

/** What stands before a command so that it runs in the capsule, and in one of its network namespaces. */
export const entry = (host: Host, pid: number, namespace?: string): readonly string[] => {
  const net = namespace === undefined ? '--net' : `--net=${fromHost(pid, `/run/netns/${namespace}`)}`;
  return [...entryFlags(host, pid), net, '--'];
};

/** Runs a command in the capsule. @throws StepError unless it exits 0. */
export const inCapsule = async (
  context: StepContext,
  argv: readonly string[],
  options: CommandOptions & { readonly namespace?: string } = {},
): Promise<CommandResult> => {
  const { namespace, ...rest } = options;
  return context.must([...entry(context.host, await needCapsule(context), namespace), ...argv], rest);
};

export interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly operstate: string;
  readonly address?: string;
  readonly master?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: Readonly<Record<string, unknown>> };
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}

export interface World {
  readonly pid: number;
  /** Interfaces by namespace; a namespace that is not there has none, not even an empty list. */
  readonly links: ReadonlyMap<string, ReadonlyMap<string, Link>>;
  /** Inode of each named network namespace; a name that is a plain file, as a crash may leave one, is `stale`. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** Of each process in the capsule, by its pid there: the inode of its network namespace, and its command line. */
  readonly processes: ReadonlyMap<number, { readonly namespace: string; readonly command: string }>;
}

/**
 * Interfaces with addresses of every namespace, in one process. `ip -n X` fails for a name that is a plain file, as a crash may
 * leave one, so such a name has no interfaces.
 */
const script =
  'for f in /run/netns/*; do echo "@ ${f##*/}"; ip -n "${f##*/}" -j -d addr show 2>/dev/null; done; exit 0';

/** The picture as it is now; those who ask at the same time share it. @throws StepError when the capsule is not running. */
export const lookAround = (context: StepContext): Promise<World> =>
  context.shared('capsule world', async () => {
    const pid = await needCapsule(context);
    const [{ stdout }, namespaces, processes] = await Promise.all([
      inCapsule(context, ['sh', '-c', script], { quiet: true, keepBytes: 64 << 20 }),
      namespacesIn(context, pid),
      processesIn(context, pid),
    ]);
    return { pid, links: linksIn(stdout), namespaces, processes };
  });

/** The script's lines as interfaces by namespace. */
export const linksIn = (text: string): World['links'] => {
  const links = new Map<string, ReadonlyMap<string, Link>>();
  let namespace = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('@ ')) namespace = line.slice(2);
    else if (line.startsWith('['))
      links.set(namespace, new Map((JSON.parse(line) as Link[]).map((link) => [link.ifname, link])));
  }
  return links;
};

/** The capsule's own /proc and /run are read from the host: a process for each would cost a hundred times more. */
export const namespacesIn = async ({ host }: StepContext, pid: number): Promise<World['namespaces']> => {
  const folder = fromHost(pid, '/run/netns');
  const entries = (await host.list(folder)).map(async (name) => {
    const stat = await host.stat(`${folder}/${name}`);
    // `ip netns add` makes the file without any permission and then mounts the namespace over it, which is readable.
    return [name, stat === undefined || stat.mode === 0 ? 'stale' : String(stat.inode)] as const;
  });
  return new Map(await Promise.all(entries));
};

const processesIn = async ({ host }: StepContext, pid: number): Promise<World['processes']> => {
  const folder = fromHost(pid, '/proc');
  const pids = (await host.list(folder)).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (name) => {
    const [command, net] = await Promise.all([
      host.readFile(`${folder}/${name}/cmdline`),
      host.stat(`${folder}/${name}/ns/net`),
    ]);
    const namespace = String(net?.inode ?? '');
    return [Number(name), { namespace, command: (command ?? '').replaceAll('\0', ' ').trim() }] as const;
  });
  return new Map(await Promise.all(found));
};
