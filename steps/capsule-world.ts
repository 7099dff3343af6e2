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

/** What stands before a command so that it runs in the capsule, and in one of its network namespaces. */
export const entry = (pid: number, namespace?: string): readonly string[] => {
  const net = namespace === undefined ? '--net' : `--net=${fromHost(pid, `/run/netns/${namespace}`)}`;
  return ['nsenter', `--target=${pid}`, '--mount', '--pid', net, '--'];
};

/** Runs a command in the capsule. @throws StepError unless it exits 0. */
export const inCapsule = async (
  context: StepContext,
  argv: readonly string[],
  options: CommandOptions & { readonly namespace?: string } = {},
): Promise<CommandResult> => {
  const { namespace, ...rest } = options;
  return context.must([...entry(await needCapsule(context), namespace), ...argv], rest);
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
  /** Inode of each named network namespace. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** Of each process in the capsule, by its pid there: the inode of its network namespace, and its command line. */
  readonly processes: ReadonlyMap<number, { readonly namespace: string; readonly command: string }>;
}

/**
 * Everything in the capsule in one process: namespaces, interfaces with addresses, processes. `ip -n X` fails for a name that is a
 * plain file, as a crash may leave one, so such a name has no interfaces.
 */
const script = `
stat -Lc 'N %n %i' /run/netns/* 2>/dev/null
for p in /proc/[0-9]*; do
  i=$(stat -Lc %i "$p/ns/net" 2>/dev/null) || continue
  printf 'P %s %s ' "\${p#/proc/}" "$i"; tr '\\0' ' ' <"$p/cmdline" 2>/dev/null; echo
done
for f in /run/netns/*; do n=\${f##*/}; l=$(ip -n "$n" -j -d addr show 2>/dev/null) && printf 'L %s %s\\n' "$n" "$(echo "$l" | tr -d '\\n')"; done
exit 0
`;

/** The picture as it is now; those who ask at the same time share it. @throws StepError when the capsule is not running. */
export const lookAround = (context: StepContext): Promise<World> =>
  context.shared('capsule world', async () => {
    const pid = await needCapsule(context);
    const { stdout } = await inCapsule(context, ['sh', '-c', script], { quiet: true, keepBytes: 64 << 20 });
    return { pid, ...readWorld(stdout) };
  });

/** The script's lines as a picture. */
export const readWorld = (text: string): Omit<World, 'pid'> => {
  const links = new Map<string, ReadonlyMap<string, Link>>();
  const namespaces = new Map<string, string>();
  const processes = new Map<number, { namespace: string; command: string }>();
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^([NPL]) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'N') namespaces.set(name.replace('/run/netns/', ''), rest);
    if (kind === 'P')
      processes.set(Number(name), {
        namespace: rest.split(' ')[0] ?? '',
        command: rest.slice(rest.indexOf(' ') + 1).trim(),
      });
    if (kind === 'L') links.set(name, new Map((JSON.parse(rest) as Link[]).map((link) => [link.ifname, link])));
  }
  return { links, namespaces, processes };
};
