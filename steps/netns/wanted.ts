// What the files that dress a namespace ask for: the very batch of ip commands and kernel settings that the action applies, read. Pure.

export interface WantedLink {
  readonly name: string;
  /** Made by the batch; the others are the ends of cables. */
  kind?: string;
  up: boolean;
  mtu?: number;
  address?: string;
  master?: string;
  /** Of its kind, as `ip -j -d` names them. */
  readonly data: Record<string, string | number | boolean>;
  /** As the port of a bridge. */
  readonly port: Record<string, boolean>;
  /** IPv4 and IPv6 with their lengths. */
  readonly addresses: string[];
}

export interface WantedRoute {
  readonly to: string;
  readonly via?: string | undefined;
  readonly dev?: string | undefined;
  readonly metric?: string | undefined;
}

export interface Wanted {
  readonly links: Map<string, WantedLink>;
  readonly routes: WantedRoute[];
  readonly settings: Map<string, string>;
  /** Commands that nothing is compared with: what else there is of their object is left alone then. */
  readonly others: string[];
}

export interface DressText {
  readonly namespace: string;
  readonly batch: string;
  readonly sysctl: string;
}

/** By namespace; a batch may make an interface in another one. */
export const wantedIn = (texts: readonly DressText[]): ReadonlyMap<string, Wanted> => {
  const all = new Map<string, Wanted>(
    texts.map(({ namespace, sysctl }) => [
      namespace,
      { links: new Map(), routes: [], settings: settingsIn(sysctl), others: [] },
    ]),
  );
  for (const { namespace, batch } of texts)
    for (const line of batch.split('\n').filter((each) => each.trim() !== '')) take(line, namespace, all);
  return all;
};

/** Lines `key = value`, of a file or as `sysctl` prints them. */
export const settingsIn = (text: string): Map<string, string> =>
  new Map(
    [...text.matchAll(/^([\w./@-]+)\s*=\s*(.*?)\s*$/gm)].map(([, key = '', value = '']) => [
      key,
      value.replace(/\s+/g, ' '),
    ]),
  );

const take = (line: string, namespace: string, all: ReadonlyMap<string, Wanted>): void => {
  const [object = '', verb = '', ...rest] = line.trim().split(/\s+/);
  const here = all.get(namespace);
  if (!here) return;
  const known =
    object === 'link' && (verb === 'add' || verb === 'set')
      ? takeLink(verb, rest, { here, all })
      : object === 'addr' && (verb === 'add' || verb === 'replace')
        ? takeAddress(rest, here)
        : object === 'route' && (verb === 'add' || verb === 'replace') && takeRoute(rest, here);
  if (!known) here.others.push(line.trim());
};

const linkOf = ({ links }: Wanted, name: string): WantedLink => {
  const link = links.get(name) ?? { name, up: false, data: {}, port: {}, addresses: [] };
  links.set(name, link);
  return link;
};

interface Around {
  readonly here: Wanted;
  readonly all: ReadonlyMap<string, Wanted>;
}

const takeLink = (verb: string, [name = '', ...words]: readonly string[], { here, all }: Around): boolean => {
  const kindAt = words.indexOf('type');
  const general = kindAt < 0 ? words : words.slice(0, kindAt);
  const [kind = '', ...special] = kindAt < 0 ? [] : words.slice(kindAt + 1);
  const elsewhere = general.indexOf('netns');
  const there = elsewhere < 0 ? here : all.get(general[elsewhere + 1] ?? '');
  // A cable is another step's.
  if (!there || kind === 'veth') return false;
  const link = linkOf(there, name);
  if (verb === 'add') link.kind = kind;
  const known = takeWords(general, {
    up: () => {
      link.up = true;
    },
    mtu: (value) => {
      link.mtu = Number(value);
    },
    address: (value) => {
      link.address = value.toLowerCase();
    },
    master: (value) => {
      link.master = value;
    },
    netns: () => undefined,
  });
  const flags = (word: string) => (value: string) => {
    link.port[word] = value === 'on';
  };
  if (kind === 'bridge_slave')
    return takeWords(special, Object.fromEntries(portWords.map((word) => [word, flags(word)]))) && known;
  return takeWords(special, dataWords(link)) && known;
};

export const portWords = [
  'learning',
  'neigh_suppress',
  'flood',
  'isolated',
  'guard',
  'hairpin',
  'mcast_flood',
] as const;

const dataWords = ({ data }: WantedLink): Readonly<Record<string, Taker>> => {
  const number = (key: string) => (value: string) => {
    data[key] = Number(value);
  };
  return {
    ...Object.fromEntries(['stp_state', 'mcast_snooping', 'forward_delay', 'id'].map((key) => [key, number(key)])),
    dstport: number('port'),
    local: (value) => {
      data['local'] = value;
    },
    nolearning: () => {
      data['learning'] = false;
    },
  };
};

type Taker = ((value: string) => void) | (() => void);

/** Words and their values, in any order; whether each was known. */
const takeWords = (words: readonly string[], takers: Readonly<Record<string, Taker>>): boolean => {
  let known = true;
  for (let at = 0; at < words.length; at += 1) {
    const taker = Object.hasOwn(takers, words[at] ?? '') ? takers[words[at] ?? ''] : undefined;
    if (!taker) known = false;
    else if (taker.length === 0 && words[at] !== 'netns') (taker as () => void)();
    else taker(words[++at] ?? '');
  }
  return known;
};

const takeAddress = ([address = '', ...words]: readonly string[], here: Wanted): boolean =>
  takeWords(words, { dev: (dev) => linkOf(here, dev).addresses.push(plain(address)) });

const takeRoute = ([to = '', ...words]: readonly string[], here: Wanted): boolean => {
  const route: { to: string; via?: string; dev?: string; metric?: string } = { to: to.replace(/\/32$/, '') };
  const known = takeWords(words, {
    via: (value) => {
      route.via = value;
    },
    dev: (value) => {
      route.dev = value;
    },
    metric: (value) => {
      route.metric = value;
    },
  });
  if (known) here.routes.push(route);
  return known;
};

/** An address in the form in which the kernel prints it, with its length. */
const plain = (address: string): string => {
  const [ip = '', length = ip.includes(':') ? '128' : '32'] = address.split('/');
  return `${kernelAddress(ip)}/${length}`;
};

/** An address in the form in which the kernel prints it. */
export const kernelAddress = (ip: string): string =>
  ip.includes(':') ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
