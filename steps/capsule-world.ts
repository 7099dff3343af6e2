// The capsule from outside: which process it is, how it is entered, and a picture of what is in it.

import type { ProcessIdentity } from '../src/core/event.ts';
import type { CommandResult, Host } from '../src/engine/ports.ts';
import { type CommandOptions, type StepContext, StepError } from '../src/engine/step-type.ts';
import { Gathering } from './gathering.ts';

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

/** Some of its network namespaces, by name. */
export interface Named {
  readonly pid: number;
  /** Inode of each named network namespace; a name that is a plain file, as a crash may leave one, is `stale`. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/** A picture of them. */
export interface World extends Named {
  /** Interfaces by namespace; a namespace that is not there has none, not even an empty list. */
  readonly links: ReadonlyMap<string, ReadonlyMap<string, Link>>;
}

/** These namespaces as they are now. @throws StepError when the capsule is not running. */
export const lookAt = async (context: StepContext, names: readonly string[]): Promise<World> => {
  const pid = await needCapsule(context);
  const [namespaces, links] = await Promise.all([namespacesIn(context, pid, names), linksAt(context, names)]);
  return { pid, links, namespaces };
};

type Interfaces = ReadonlyMap<string, Link>;

/** The interfaces in these namespaces. @throws StepError when the capsule is not running. */
export const linksAt = async (context: StepContext, names: readonly string[]): Promise<World['links']> => {
  const found = await Promise.all(names.map(async (name) => [name, await interfacesIn(context, name)] as const));
  return new Map(found.flatMap(([name, there]) => (there ? [[name, there]] : [])));
};

/** Those who ask at the same time share the answer, and the process that gives it. */
const interfacesIn = (
  context: StepContext,
  name: string,
  ask = () => pictures.ask(context, name),
): Promise<Interfaces | undefined> => context.shared(`interfaces of ${name}`, ask);

/**
 * Interfaces with addresses of some namespaces, in one process. `ip -n X` fails for a name that is a plain file, as a crash may
 * leave one, so such a name has no interfaces.
 */
const script = 'for n; do echo "@ $n"; ip -n "$n" -j -d addr show 2>/dev/null; done; exit 0';

/** Whoever asks about so many has others behind him who will ask about the rest: only a few looks are under way at once. */
const many = 8;

const pictures = new Gathering<string, Interfaces | undefined>(async (context, names) => {
  const wanted = new Set(names);
  const rest = wanted.size < many ? [] : (await allNames(context)).filter((name) => !wanted.has(name));
  const picture = pictureOf(context, [...wanted, ...rest]);
  let taken = false;
  for (const name of rest) {
    // Where someone asks already, this has to wait, and by then the picture is older than it would be taken for.
    const ask = () => (taken ? pictures.ask(context, name) : picture.then((found) => found.get(name)));
    interfacesIn(context, name, ask).catch(() => {
      // Those who want it are told.
    });
  }
  taken = true;
  const found = await picture;
  return names.map((name) => ({ result: found.get(name) }));
});

const allNames = async (context: StepContext): Promise<readonly string[]> =>
  context.host.list(fromHost(await needCapsule(context), '/run/netns'));

const pictureOf = async (context: StepContext, names: readonly string[]): Promise<World['links']> => {
  const argv = ['sh', '-c', script, 'sh', ...names];
  return linksIn((await inCapsule(context, argv, { quiet: true, keepBytes: 64 << 20 })).stdout);
};

/** The script's lines as interfaces by namespace. */
export const linksIn = (text: string): World['links'] => {
  const links = new Map<string, Interfaces>();
  let namespace = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('@ ')) namespace = line.slice(2);
    else if (line.startsWith('['))
      links.set(namespace, new Map((JSON.parse(line) as Link[]).map((link) => [link.ifname, link])));
  }
  return links;
};

/** The capsule's own /proc and /run are read from the host: a process for each would cost a hundred times more. */
export const namespacesIn = async (
  { host }: StepContext,
  pid: number,
  names: readonly string[],
): Promise<World['namespaces']> => {
  const stats = names.map(async (name) => [name, await host.stat(fromHost(pid, `/run/netns/${name}`))] as const);
  return new Map(
    (await Promise.all(stats)).flatMap(([name, stat]) =>
      // `ip netns add` makes the file without any permission and then mounts the namespace over it, which is readable.
      stat === undefined ? [] : [[name, stat.mode === 0 ? 'stale' : String(stat.inode)]],
    ),
  );
};
