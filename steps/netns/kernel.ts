// What the kernel holds for a namespace beside its interfaces: routes, rules, neighbors, queues, packet filters and settings.
import { folderOf } from './capsule-entry.ts';
import { namespaceLook } from './namespace-look.ts';
import { settingsIn } from './wanted.ts';

export interface KernelRoute {
  readonly type: string;
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly table: string;
  readonly protocol: string;
  readonly metric?: number;
  readonly prefsrc?: string;
}

export interface KernelRule {
  readonly priority: number;
  readonly src: string;
  readonly table?: string;
}

export interface KernelNeighbor {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr?: string;
  readonly state: readonly string[];
  readonly protocol?: string;
}

export interface KernelQueue {
  readonly kind: string;
  readonly dev: string;
  readonly root?: boolean;
}

/** As iptables-save and ip6tables-save print them. */
export interface FilterTable {
  readonly family: 'ip' | 'ip6';
  readonly name: string;
  /** Chains of the kernel's own. */
  readonly chains: readonly string[];
  /** Rules, and policies other than ACCEPT. */
  readonly lines: readonly string[];
}

export interface Kernel {
  readonly routes: readonly KernelRoute[];
  readonly rules: readonly KernelRule[];
  /** Undefined where there is no IPv6. */
  readonly rules6: readonly KernelRule[] | undefined;
  /** Those that never age. */
  readonly neighbors: readonly KernelNeighbor[];
  readonly queues: readonly KernelQueue[];
  readonly filters: readonly FilterTable[];
  /** Those that its file sets. */
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * A script for `sh -ec` in a namespace, with the names of settings as its arguments. Each answer begins with a line `+ NAME`; only
 * one that came to its end counts. A kernel without ip6tables has no such rules.
 */
export const kernelScript = `
[ $# = 0 ] || { echo "+ settings"; sysctl -e "$@"; }
echo "+ ip"; printf "route show table all\\nrule show\\nneigh show nud permanent nud noarp\\n" | ip -j -d -batch -
echo "+ queues"; tc -j qdisc show; echo
if read -r _ </proc/net/if_inet6; then echo "+ rules6"; ip -6 -j rule show; echo "+ ip6"; ip6tables-save || :; fi
echo "+ ip4"; iptables-save
echo "+ end"`;

/** What the kernel holds there; undefined when the namespace is gone. */
export const kernelIn = namespaceLook(
  'kernel',
  `nsenter --net="/run/netns/$n" sh -ec '${kernelScript}' sh $(sed -n "s/ *=.*//p" "${folderOf('$n')}/sysctl.conf") 2>/dev/null || :`,
  (text) => kernelOf(text),
);

/** Undefined for an answer that was cut short. @throws SyntaxError when what should be JSON is none. */
export const kernelOf = (text: string): Kernel | undefined => {
  const said = new Map(
    text
      .split(/^\+ /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('\n');
        return [part.slice(0, end), part.slice(end + 1)] as const;
      }),
  );
  const lists = (name: string): readonly unknown[] =>
    (said.get(name) ?? '')
      .split('\n')
      .filter((line) => line.startsWith('['))
      .map((line) => JSON.parse(line) as unknown);
  const [routes, rules, neighbors] = lists('ip');
  const [queues] = lists('queues');
  if (!routes || !rules || !neighbors || !queues || !said.has('end')) return undefined;
  return {
    routes: routes as KernelRoute[],
    rules: rules as KernelRule[],
    rules6: lists('rules6')[0] as KernelRule[] | undefined,
    neighbors: neighbors as KernelNeighbor[],
    queues: queues as KernelQueue[],
    filters: [...filtersIn('ip', said.get('ip4') ?? ''), ...filtersIn('ip6', said.get('ip6') ?? '')],
    settings: settingsIn(said.get('settings') ?? ''),
  };
};

const filtersIn = (family: FilterTable['family'], text: string): readonly FilterTable[] =>
  text
    .split(/^\*/m)
    .slice(1)
    .map((part) => {
      const [name = '', ...lines] = part.split('\n');
      const own = lines.flatMap((line) => /^:(\S+) ([A-Z]+)/.exec(line)?.slice(1) ?? []);
      const policies = lines.filter((line) => /^:\S+ (?!ACCEPT\b)[A-Z]+/.test(line));
      return {
        family,
        name,
        chains: own.filter((_, at) => at % 2 === 0),
        lines: [...policies, ...lines.filter((line) => line.startsWith('-A'))],
      };
    });
