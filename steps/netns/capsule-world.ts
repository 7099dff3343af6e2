// A picture of what is in the capsule: its namespaces, and the interfaces in them.
import type { StepContext } from '../../src/engine/step-type.ts';
import { fromHost, needCapsule } from './capsule-entry.ts';
import { namespaceLook } from './namespace-look.ts';

export interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly operstate: string;
  readonly address?: string;
  readonly master?: string;
  /** The other namespace it is tied to, as this one numbers it: of the far end of a cable, or of a tunnel's socket. */
  readonly link_netnsid?: number;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: Readonly<Record<string, unknown>>;
    /** What it is as the port of a bridge. */
    readonly info_slave_data?: Readonly<Record<string, unknown>>;
  };
  readonly addr_info: readonly {
    readonly family: string;
    readonly local: string;
    readonly prefixlen: number;
    readonly scope: string;
  }[];
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

/** The interfaces in these namespaces. @throws StepError when the capsule is not running. */
export const linksAt = async (context: StepContext, names: readonly string[]): Promise<World['links']> => {
  const found = await Promise.all(names.map(async (name) => [name, await interfacesIn(context, name)] as const));
  return new Map(found.flatMap(([name, there]) => (there ? [[name, there]] : [])));
};

/** `ip -n X` fails for a name that is a plain file, as a crash may leave one, so such a name has no interfaces. */
const interfacesIn = namespaceLook('interfaces', 'ip -n "$n" -j -d addr show 2>/dev/null', (text) => {
  const list = text.split('\n').find((line) => line.startsWith('['));
  return list === undefined ? undefined : new Map((JSON.parse(list) as Link[]).map((link) => [link.ifname, link]));
});

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
