// Where a namespace differs from what it was dressed to be, each with what takes just that away. What is missing comes back with the
// batch itself. Pure.
import type { Link } from './capsule-world.ts';
import type { FilterTable, Kernel, KernelRoute, KernelRule } from './kernel.ts';
import { portWords, type Wanted, type WantedLink, type WantedRoute } from './wanted.ts';

export type Tool = 'ip' | 'ip6' | 'tc' | 'iptables-restore' | 'ip6tables-restore';

/** A line of a batch of this tool, run in the namespace. */
export interface Cure {
  readonly tool: Tool;
  readonly text: string;
}

export interface Difference {
  readonly saw: string;
  readonly cures: readonly Cure[];
}

export interface Sight {
  readonly links: ReadonlyMap<string, Link>;
  readonly kernel: Kernel;
}

const ip = (...lines: readonly string[]): readonly Cure[] => lines.map((text) => ({ tool: 'ip', text }));
const differs = (saw: string, cures: readonly Cure[] = []): Difference => ({ saw, cures });

/** `elsewhere`: tables of packet filters that another step owns, as `ip nat`. */
export const differencesIn = (
  wanted: Wanted,
  sight: Sight,
  elsewhere: readonly string[] = [],
): readonly Difference[] => {
  const free = (object: string): boolean => !wanted.others.some((line) => line.startsWith(object));
  return [
    ...settingDifferences(wanted, sight),
    ...[...wanted.links.values()].flatMap((link) => linkDifferences(link, sight, wanted)),
    ...strayPorts(wanted, sight),
    ...(free('addr') ? addressesTooMany(wanted, sight) : []),
    ...routeDifferences(wanted, sight, free('route')),
    ...(free('rule') ? ruleDifferences(sight.kernel) : []),
    ...(free('neigh') ? neighborsTooMany(sight.kernel) : []),
    ...queuesTooMany(sight.kernel),
    ...filtersTooMany(sight.kernel.filters.filter(({ family, name }) => !elsewhere.includes(`${family} ${name}`))),
  ];
};

const settingDifferences = ({ settings }: Wanted, { kernel }: Sight): readonly Difference[] =>
  [...settings].flatMap(([key, value]) => {
    const there = kernel.settings.get(key);
    // A setting of an interface that is not there is told as the interface.
    return there === value || (there === undefined && /\.conf\.(?!all\.|default\.)/.test(key))
      ? []
      : [differs(`${key} is ${there ?? 'not there'}, not ${value}`)];
  });

const linkDifferences = (wanted: WantedLink, { links }: Sight, all: Wanted): readonly Difference[] => {
  const { name } = wanted;
  const link = links.get(name);
  if (!link) return [differs(`${name} is not there`)];
  const unlike = madeOtherwise(wanted, link);
  if (unlike !== undefined) return [differs(unlike, ip(`link del ${name}`))];
  return [
    ...dataDifferences(wanted, link),
    ...(wanted.up && !link.flags.includes('UP') ? [differs(`${name} is down`)] : []),
    ...(wanted.up ? flagDifferences(link) : []),
    ...(wanted.mtu !== undefined && wanted.mtu !== link.mtu
      ? [differs(`${name} has MTU ${link.mtu}, not ${wanted.mtu}`, ip(`link set ${name} mtu ${wanted.mtu}`))]
      : []),
    ...(wanted.address !== undefined && wanted.address !== link.address
      ? [
          differs(
            `${name} has MAC ${link.address}, not ${wanted.address}`,
            ip(`link set ${name} address ${wanted.address}`),
          ),
        ]
      : []),
    ...portDifferences(wanted, link),
    ...wanted.addresses
      .filter((address) => !addressesOf(link).includes(address))
      .map((address) => differs(`${name} has no address ${address}`)),
    ...(hasLostLinkLocal(wanted, link, all)
      ? [differs(`${name} has no link-local address`, ip(`link set ${name} down`))]
      : []),
  ];
};

/** What can't be changed of an interface that is there. */
const madeOtherwise = ({ kind, name, data }: WantedLink, { linkinfo }: Link): string | undefined => {
  if (kind === undefined) return undefined;
  if (linkinfo?.info_kind !== kind) return `${name} is no ${kind}`;
  if (kind === 'bridge') return undefined;
  const key = Object.keys(data).find((each) => linkinfo.info_data?.[each] !== data[each]);
  return key === undefined ? undefined : `${name} has ${key} ${linkinfo.info_data?.[key]}, not ${data[key]}`;
};

const dataDifferences = ({ kind, name, data }: WantedLink, { linkinfo }: Link): readonly Difference[] =>
  kind !== 'bridge'
    ? []
    : Object.entries({ vlan_filtering: 0, ...data })
        .filter(([key, value]) => linkinfo?.info_data?.[key] !== value)
        .map(([key, value]) =>
          differs(
            `${name} has ${key} ${linkinfo?.info_data?.[key]}, not ${value}`,
            ip(`link set ${name} type bridge ${key} ${value}`),
          ),
        );

const flagDifferences = ({ ifname, flags }: Link): readonly Difference[] => {
  if (flags.includes('LOOPBACK')) return [];
  return [
    ...(flags.includes('NOARP') ? [differs(`${ifname} asks for no MAC`, ip(`link set ${ifname} arp on`))] : []),
    ...(flags.includes('MULTICAST')
      ? []
      : [differs(`${ifname} takes no multicast`, ip(`link set ${ifname} multicast on`))]),
  ];
};

const portDefaults: Readonly<Record<string, boolean>> = {
  learning: true,
  neigh_suppress: false,
  flood: true,
  isolated: false,
  guard: false,
  hairpin: false,
  mcast_flood: true,
};

const portDifferences = ({ name, master, port }: WantedLink, link: Link): readonly Difference[] => {
  if (master === undefined) return [];
  if (link.master !== master)
    return [differs(`${name} is in ${link.master === undefined ? 'no bridge' : link.master}, not in ${master}`)];
  const there = link.linkinfo?.info_slave_data ?? {};
  const all: Readonly<Record<string, boolean>> = { ...portDefaults, ...port };
  return portWords
    .filter((word) => there[word] !== undefined && there[word] !== all[word])
    .map((word) => {
      const value = all[word] ? 'on' : 'off';
      return differs(`${name} has not ${word} ${value}`, ip(`link set ${name} type bridge_slave ${word} ${value}`));
    });
};

/** A tunnel has no carrier to speak of: its state stays UNKNOWN. */
const isOn = ({ operstate }: Link): boolean => operstate === 'UP' || operstate === 'UNKNOWN';

/** Sessions over an interface without an address of its own need it; the kernel makes it when the interface goes up. */
const hasLostLinkLocal = ({ up, master, name }: WantedLink, link: Link, { settings }: Wanted): boolean =>
  up &&
  master === undefined &&
  name !== 'lo' &&
  isOn(link) &&
  settings.get('net.ipv6.conf.all.disable_ipv6') !== '1' &&
  !link.addr_info.some(({ family, scope }) => family === 'inet6' && scope === 'link');

const addressesOf = ({ addr_info }: Link): readonly string[] =>
  addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`);

/** The kernel's own: of `lo`, and link-local ones. */
const isOwn = (name: string, { family, local, scope }: Link['addr_info'][number]): boolean =>
  (name === 'lo' && (local === '127.0.0.1' || local === '::1')) || (family === 'inet6' && scope === 'link');

const addressesTooMany = (wanted: Wanted, { links }: Sight): readonly Difference[] =>
  [...links.values()].flatMap((link) => {
    const right = wanted.links.get(link.ifname)?.addresses ?? [];
    return link.addr_info
      .filter((each) => !isOwn(link.ifname, each))
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`)
      .filter((address) => !right.includes(address))
      .map((address) =>
        differs(`${link.ifname} has ${address}, which is too many`, ip(`addr del ${address} dev ${link.ifname}`)),
      );
  });

const strayPorts = (wanted: Wanted, { links }: Sight): readonly Difference[] =>
  [...links.values()]
    .filter(({ ifname, master }) => {
      const bridge = master === undefined ? undefined : wanted.links.get(master);
      return bridge?.kind === 'bridge' && wanted.links.get(ifname)?.master === undefined;
    })
    .map(({ ifname, master }) => differs(`${ifname} is in ${master}, too`, ip(`link set ${ifname} nomaster`)));

const routeDifferences = (wanted: Wanted, { links, kernel }: Sight, exact: boolean): readonly Difference[] => [
  ...wanted.routes
    .filter((route) => !kernel.routes.some((each) => isRoute(each, route)))
    .map((route) => differs(`no route to ${route.to}${route.via === undefined ? '' : ` via ${route.via}`}`)),
  ...[...wanted.links.values()].flatMap((link) => kernelRoutesLost(link, links.get(link.name), kernel)),
  ...(exact
    ? kernel.routes.filter((each) => isForeign(each) && !wanted.routes.some((route) => isRoute(each, route)))
    : []
  ).map((route) => differs(`a route to ${routeText(route)}, which is too many`, [routeDeletion(route)])),
];

const isRoute = (each: KernelRoute, { to, via, dev, metric }: WantedRoute): boolean =>
  each.type === 'unicast' &&
  each.table === 'main' &&
  each.dst === to &&
  (via === undefined || each.gateway === via) &&
  (dev === undefined || each.dev === dev) &&
  // IPv6 gives a route without a metric one of its own.
  (metric === undefined ? [0, 1024].includes(each.metric ?? 0) : String(each.metric) === metric);

/** Made by neither the kernel nor a routing daemon. */
const isForeign = ({ protocol }: KernelRoute): boolean => ['boot', 'static'].includes(protocol);

const routeText = ({ type, dst, gateway, dev, table }: KernelRoute): string =>
  [
    type === 'unicast' ? dst : `${type} ${dst}`,
    gateway === undefined ? '' : ` via ${gateway}`,
    dev === undefined ? '' : ` dev ${dev}`,
    table === 'main' ? '' : ` table ${table}`,
  ].join('');

const routeDeletion = (route: KernelRoute): Cure => ({
  tool: /:/.test(`${route.dst}${route.gateway ?? ''}`) ? 'ip6' : 'ip',
  text: `route del ${routeText(route)}${route.metric === undefined ? '' : ` metric ${route.metric}`}`,
});

/** The kernel makes them with an address, and only once. */
const kernelRoutesLost = (
  { addresses, up, name }: WantedLink,
  link: Link | undefined,
  kernel: Kernel,
): readonly Difference[] => {
  if (!link?.flags.includes('UP')) return [];
  const has = (table: string, type: string, dst: string): boolean =>
    kernel.routes.some((each) => each.table === table && each.type === type && each.dst === dst && each.dev === name);
  const lost: Difference[] = [];
  const demand = (dst: string, type: 'local' | 'unicast', words: string): void => {
    const table = type === 'local' ? 'local' : 'main';
    if (!has(table, type, dst))
      lost.push(
        differs(`no ${type === 'local' ? 'local ' : ''}route to ${dst} dev ${name}`, [
          {
            tool: dst.includes(':') ? 'ip6' : 'ip',
            text: `route replace ${type} ${dst} dev ${name} table ${table} proto kernel ${words}`,
          },
        ]),
      );
  };
  for (const address of addresses.filter((each) => !each.includes(':') && addressesOf(link).includes(each))) {
    const [local = '', length = '32'] = address.split('/');
    demand(local, 'local', `scope host src ${local}`);
    if (length !== '32') demand(networkOf(local, Number(length)), 'unicast', `scope link src ${local}`);
  }
  if (name === 'lo' && up) demand('127.0.0.0/8', 'local', 'scope host src 127.0.0.1');
  const own = link.addr_info.find(({ family, scope }) => family === 'inet6' && scope === 'link');
  if (up && isOn(link) && link.master === undefined && own) {
    demand('fe80::/64', 'unicast', 'metric 256');
    demand(own.local, 'local', 'metric 0');
  }
  return lost;
};

const networkOf = (address: string, length: number): string => {
  const size = 2 ** (32 - length);
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const base = Math.floor(number / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${length}`;
};

const usual: readonly KernelRule[] = [
  { priority: 0, src: 'all', table: 'local' },
  { priority: 32766, src: 'all', table: 'main' },
  { priority: 32767, src: 'all', table: 'default' },
];

const ruleDifferences = ({ rules, rules6 }: Kernel): readonly Difference[] => [
  ...ruleDifferencesOf('ip', rules, usual),
  ...(rules6 ? ruleDifferencesOf('ip6', rules6, usual.slice(0, 2)) : []),
];

/** A rule that was never heard of may carry words that are not known here, so all are made anew. */
const ruleDifferencesOf = (
  tool: 'ip' | 'ip6',
  there: readonly KernelRule[],
  right: readonly KernelRule[],
): readonly Difference[] => {
  const text = ({ protocol: _, ...rule }: KernelRule & { readonly protocol?: string }): string =>
    JSON.stringify(Object.entries(rule).sort(([a], [b]) => (a < b ? -1 : 1)));
  const [seen, expected] = [there.map(text), right.map(text)];
  const missing = right.filter((rule) => !seen.includes(text(rule)));
  const extra = there.filter((rule) => !expected.includes(text(rule)));
  if (missing.length === 0 && extra.length === 0) return [];
  const adds = right.map(({ priority, table }) => `rule add from all lookup ${table} pref ${priority}`);
  const which =
    extra.length > 0 ? `a rule of priority ${extra[0]?.priority} too many` : `no rule for table ${missing[0]?.table}`;
  const cures = [
    'rule flush',
    ...extra.filter(({ priority }) => priority === 0).map(({ src }) => `rule del from ${src} pref 0`),
    ...adds,
  ];
  return [
    differs(
      which,
      cures.map((each) => ({ tool, text: each })),
    ),
  ];
};

const neighborsTooMany = ({ neighbors }: Kernel): readonly Difference[] =>
  neighbors
    .filter(({ protocol, dst, dev }) => protocol !== 'zebra' && dev !== 'lo' && !isGroup(dst))
    .map(({ dst, dev, lladdr }) =>
      differs(`neighbor ${dst} is fixed to ${lladdr ?? 'no MAC'} on ${dev}`, ip(`neigh del ${dst} dev ${dev}`)),
    );

/** Multicast and broadcast, which the kernel enters by itself. */
const isGroup = (address: string): boolean =>
  address.includes(':') ? address.startsWith('ff') : Number(address.split('.')[0]) >= 224 || address.endsWith('.255');

const queuesTooMany = ({ queues }: Kernel): readonly Difference[] =>
  queues
    .filter(({ kind, root }) => kind !== 'noqueue' && (root === true || kind === 'ingress' || kind === 'clsact'))
    .map(({ kind, dev, root }) =>
      differs(`${dev} has a queue ${kind}`, [
        { tool: 'tc', text: `qdisc del dev ${dev} ${root === true ? 'root' : kind}` },
      ]),
    );

/** A table is emptied as a whole: nothing in it is the lab's. */
const filtersTooMany = (tables: readonly FilterTable[]): readonly Difference[] =>
  tables
    .filter(({ lines }) => lines.length > 0)
    .map(({ family, name, chains, lines }) =>
      differs(`a packet filter too many in table ${name}: ${lines[0]}`, [
        {
          tool: `${family}tables-restore`,
          text: [`*${name}`, ...chains.map((chain) => `:${chain} ACCEPT [0:0]`), 'COMMIT'].join('\n'),
        },
      ]),
    );

/** What a person is told of them. */
export const sayDifferences = (all: readonly Difference[]): string => {
  const shown = all.slice(0, 2).map(({ saw }) => saw);
  return all.length > 2 ? `${shown.join('; ')}; and ${all.length - 2} more` : shown.join('; ');
};
