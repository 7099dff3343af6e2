// ip, bridge, sysctl and their kin: each thing is looked for by its own name, in the namespace or container where it was made.
import type { Call } from '../read/call.ts';
import { commandProbe, type Draft, left, type Outcome, type Probe, quoted, slug } from './draft.ts';
import { actionOf, checkOf, placeOf, type Rule } from './rule.ts';

export const ip: Rule = (call) => {
  const family = call.args.filter((arg) => /^-(4|6)$/.test(arg));
  const words = call.args.filter((arg) => !/^-(4|6|br|brief|c|color|j|json|d|s|o|p|h)$/.test(arg));
  const [object = '', verb = 'show', ...rest] = words;
  if (words.includes('-all') || words.includes('-a')) return left('is about every network namespace of the host');
  const rules = objects.find(([names]) => names.test(object))?.[1];
  const rule = rules === undefined ? undefined : (rules[longVerb(verb)] ?? undefined);
  if (rule === undefined)
    return /^(s|sh|show|list|l|ls|get|lst|identify|pids)$/.test(verb) ? look(call, words) : undefined;
  return rule({ call, rest, family, place: placeOf(call) });
};

const longVerb = (verb: string): string =>
  ({ a: 'add', del: 'delete', d: 'delete', s: 'show', r: 'replace', change: 'replace' })[verb] ?? verb;

const look = (call: Call, words: readonly string[]): Outcome =>
  checkOf(call, slug(`ip ${words.slice(0, 3).join(' ')}${placeOf(call)}`), `ip ${words.join(' ')}${placeOf(call)}`);

interface Asked {
  readonly call: Call;
  readonly rest: readonly string[];
  readonly family: readonly string[];
  readonly place: string;
}
type ObjectRule = (asked: Asked) => Outcome | undefined;

const ask = ({ wrap }: Call, words: readonly string[], more: Readonly<Record<string, unknown>> = {}): Probe =>
  commandProbe([...wrap, 'ip', ...words], more);

/** What `name VALUE` says among the words. */
const after = (words: readonly string[], ...names: readonly string[]): string | undefined => {
  const at = words.findIndex((word) => names.includes(word));
  return at === -1 ? undefined : words[at + 1];
};

const done = (call: Call, draft: Omit<Draft, 'action'>): Outcome => ({
  kind: 'step',
  draft: { ...draft, action: actionOf(call) },
});

const netnsAdd: ObjectRule = ({ call, rest: [name], place }) => {
  if (name === undefined) return undefined;
  const there = `exitCode == 0 && lines.exists(l, l.split(" ")[0] == ${quoted(name)})`;
  return done(call, {
    ...{ id: slug(`ns ${name}`), name: `Namespace ${name}${place}`, makes: `namespace/${name}` },
    health: [ask(call, ['netns', 'list'], { expect: there })],
    undo: {
      run: [...call.wrap, 'ip', 'netns', 'delete', name],
      absent: [
        ask(call, ['netns', 'list'], {
          expect: `exitCode == 0 && !lines.exists(l, l.split(" ")[0] == ${quoted(name)})`,
        }),
      ],
    },
  });
};

/** Where an end of a cable is by now is not asked: it is moved to where it belongs right afterwards. */
const linkAdd: ObjectRule = ({ call, rest, place }) => {
  const first = rest[0] === 'dev' || rest[0] === 'name' ? rest[1] : rest[0];
  const name = after(rest, 'name', 'dev') ?? (/^(link|type)$/.test(first ?? '') ? undefined : first);
  if (name === undefined) return undefined;
  const peer = after(rest, 'peer') === 'name' ? after(rest.slice(rest.indexOf('peer')), 'name') : after(rest, 'peer');
  const type = after(rest, 'type');
  const anywhere = type === 'veth' ? anywhereShow(call, [name]) : ask(call, ['link', 'show', 'dev', name]);
  return done(call, {
    ...{
      id: slug(`link ${name}`),
      name: `${type === 'veth' ? `Cable ${name} to ${peer ?? 'its peer'}` : `Link ${name}`}${place}`,
      makes: `link/${name}`,
    },
    health: [anywhere],
    undo: {
      shell: removeAnywhere(call, [name, ...(peer === undefined ? [] : [peer])], type === 'veth'),
      absent: [
        type === 'veth'
          ? anywhereGone(call, [name])
          : ask(call, ['link', 'show', 'dev', name], { expect: 'exitCode != 0' }),
      ],
    },
  });
};

/** In the namespace it was made in, or whichever it was moved to. */
const anywhereScript = (call: Call): string => {
  const ip = [...call.wrap, 'ip'].join(' ');
  return `${ip} link show dev "$1" 2>/dev/null || for ns in $(${ip} netns list | cut -d" " -f1); do ${ip} -n "$ns" link show dev "$1" 2>/dev/null && exit 0; done`;
};
const anywhereShow = (call: Call, [name = '']: readonly string[]): Probe =>
  commandProbe(['bash', '-c', anywhereScript(call), 'bash', name], { name: `link ${name}`, expect: 'stdout != ""' });
const anywhereGone = (call: Call, [name = '']: readonly string[]): Probe =>
  commandProbe(['bash', '-c', anywhereScript(call), 'bash', name], { expect: 'stdout == ""' });

const removeAnywhere = (call: Call, names: readonly string[], isCable: boolean): string => {
  const ip = [...call.wrap, 'ip'].join(' ');
  const [name = ''] = names;
  if (!isCable) return `${ip} link delete dev ${name}`;
  return `${ip} link delete dev ${name} 2>/dev/null && exit 0\nfor ns in $(${ip} netns list | cut -d" " -f1); do ${ip} -n "$ns" link delete dev ${name} 2>/dev/null && exit 0; done\nexit 0`;
};

const linkSet: ObjectRule = ({ call, rest, place }) => {
  const name = rest[0] === 'dev' ? rest[1] : rest[0];
  if (name === undefined) return undefined;
  const netns = after(rest, 'netns');
  const renamed = netns !== undefined && after(rest, 'name') !== undefined ? after(rest, 'name') : name;
  if (netns !== undefined) {
    if (/[$]/.test(netns) || /^\d+$/.test(netns)) return undefined;
    return done(call, {
      ...{ id: slug(`${name} in ${netns}`), name: `${name} is in ${netns}`, leavesNothing: true },
      health: [ask(call, ['-n', netns, 'link', 'show', 'dev', renamed ?? name])],
    });
  }
  const checks = linkChecks(rest);
  if (checks.length === 0) return undefined;
  const shown = after(rest, 'name') ?? name;
  return done(call, {
    ...{
      id: slug(`link ${name} ${rest.includes('up') ? 'up' : rest.includes('down') ? 'down' : 'set'}${place}`),
      name: `${rest.filter((word) => word !== 'dev').join(' ')}${place}`,
      leavesNothing: true,
    },
    health: [
      ask(call, ['-json', '-details', 'link', 'show', 'dev', shown], {
        expect: `exitCode == 0 && ${checks.join(' && ')}`,
      }),
    ],
    ...(rest.includes('down') &&
      rest.length <= 3 && {
        undo: {
          run: [...call.wrap, 'ip', 'link', 'set', name, 'up'],
          absent: [
            ask(call, ['-json', 'link', 'show', 'dev', name], {
              expect: 'exitCode == 0 && json[0].flags.exists(f, f == "UP")',
            }),
          ],
        },
      }),
  });
};

const linkChecks = (words: readonly string[]): readonly string[] => {
  const [master, mtu, address] = [after(words, 'master'), after(words, 'mtu'), after(words, 'address')];
  return [
    ...(words.includes('up') ? ['json[0].flags.exists(f, f == "UP")'] : []),
    ...(words.includes('down') ? ['!json[0].flags.exists(f, f == "UP")'] : []),
    ...(master === undefined ? [] : [`has(json[0].master) && json[0].master == ${quoted(master)}`]),
    ...(words.includes('nomaster') ? ['!has(json[0].master)'] : []),
    ...(mtu === undefined || !/^\d+$/.test(mtu) ? [] : [`json[0].mtu == ${mtu}`]),
    ...(address === undefined ? [] : [`json[0].address == ${quoted(address.toLowerCase())}`]),
  ];
};

const linkDelete: ObjectRule = ({ call, rest }) => {
  const name = rest[0] === 'dev' ? rest[1] : rest[0];
  return name === undefined
    ? undefined
    : {
        kind: 'removes',
        things: [`link/${name}`],
        draft: gone(call, `link ${name}`, ask(call, ['link', 'show', 'dev', name], { expect: 'exitCode != 0' })),
      };
};

const gone = (call: Call, what: string, probe: Probe): Draft => ({
  id: slug(`no ${what}`),
  name: `${what} gone`,
  action: actionOf(call),
  health: [probe],
  leavesNothing: true,
});

const addressAdd: ObjectRule = ({ call, rest, family, place }) => {
  const dev = after(rest, 'dev');
  const [address = ''] = rest.filter((word) => /[.:]/.test(word) && word !== dev);
  if (dev === undefined || address === '') return undefined;
  const [plain = '', length] = address.split('/');
  const text = plain.includes(':') ? plain.toLowerCase() : plain;
  const matches = `a.local == ${quoted(text)}${!/^\d+$/.test(length ?? '') ? '' : ` && a.prefixlen == ${length}`}`;
  const show = [...family, '-json', 'address', 'show', 'dev', dev];
  return done(call, {
    ...{ id: slug(`address ${dev}${place}`), name: `${address} on ${dev}${place}` },
    health: [
      ask(call, show, {
        expect: `exitCode == 0 && json.exists(d, has(d.addr_info) && d.addr_info.exists(a, has(a.local) && ${matches}))`,
      }),
    ],
    undo: {
      run: [...call.wrap, 'ip', ...family, 'address', 'delete', address, 'dev', dev],
      absent: [
        ask(call, show, {
          expect: `exitCode != 0 || !json.exists(d, has(d.addr_info) && d.addr_info.exists(a, has(a.local) && ${matches}))`,
        }),
      ],
    },
  });
};

const routeAdd: ObjectRule = ({ call, rest, family, place }) => {
  const [first = '', second = ''] = rest;
  const target = /^(blackhole|unreachable|prohibit|unicast|local)$/.test(first) ? second : first;
  if (target === '') return undefined;
  const [via, dev, table, vrf] = [after(rest, 'via'), after(rest, 'dev'), after(rest, 'table'), after(rest, 'vrf')];
  const isSix = family.includes('-6') || target.includes(':') || (via ?? '').includes(':');
  const where = [...(table === undefined ? [] : ['table', table]), ...(vrf === undefined ? [] : ['vrf', vrf])];
  const show = [
    ...(isSix ? ['-6'] : []),
    '-json',
    'route',
    'show',
    ...(target === 'default' ? ['default'] : ['exact', target]),
    ...where,
  ];
  const matches = [
    ...(via === undefined || /^inet6?$/.test(via)
      ? []
      : [`has(r.gateway) && r.gateway == ${quoted(via.toLowerCase())}`]),
    ...(dev === undefined ? [] : [`has(r.dev) && r.dev == ${quoted(dev)}`]),
  ];
  const there = matches.length === 0 ? 'size(json) > 0' : `json.exists(r, ${matches.join(' && ')})`;
  return done(call, {
    ...{
      id: slug(`route ${target.replace(/\/.*$/, '')}${place}`),
      name: `Route ${target}${via === undefined ? '' : ` via ${via}`}${place}`,
    },
    health: [ask(call, show, { expect: `exitCode == 0 && stdout.trim() != "" && ${there}` })],
    undo: {
      run: [...call.wrap, 'ip', ...family, 'route', 'delete', ...rest],
      absent: [ask(call, show, { expect: `exitCode != 0 || stdout.trim() == "" || !(${there})` })],
    },
  });
};

const ruleAdd: ObjectRule = ({ call, rest, family, place }) => {
  const table = after(rest, 'table', 'lookup');
  const from = after(rest, 'from', 'iif', 'to', 'fwmark');
  if (table === undefined || from === undefined) return undefined;
  const there = `lines.exists(l, l.contains(${quoted(from)}) && l.contains(${quoted(`lookup ${table}`)}))`;
  return done(call, {
    ...{ id: slug(`rule ${table}${place}`), name: `Rule for table ${table}${place}` },
    health: [ask(call, [...family, 'rule', 'list'], { expect: `exitCode == 0 && ${there}` })],
    undo: {
      run: [...call.wrap, 'ip', ...family, 'rule', 'delete', ...rest],
      absent: [ask(call, [...family, 'rule', 'list'], { expect: `exitCode == 0 && !${there}` })],
    },
  });
};

const netnsDelete: ObjectRule = ({ call, rest: [name = ''] }) => ({
  kind: 'removes',
  things: [`namespace/${name}`],
  draft: gone(
    call,
    `namespace ${name}`,
    ask(call, ['netns', 'list'], { expect: `exitCode == 0 && !lines.exists(l, l.split(" ")[0] == ${quoted(name)})` }),
  ),
});

const flushed: ObjectRule = ({ call, rest, place }) => {
  const dev = after(rest, 'dev');
  if (dev === undefined) return left('takes away what is not of this lab too');
  return done(call, {
    id: slug(`flush ${dev}${place}`),
    name: `No address on ${dev}${place}`,
    leavesNothing: true,
    satisfied: 'once',
  });
};

const objects: readonly (readonly [RegExp, Readonly<Record<string, ObjectRule | undefined>>])[] = [
  [/^netns$/, { add: netnsAdd, delete: netnsDelete }],
  [/^l(ink)?$/, { add: linkAdd, set: linkSet, delete: linkDelete }],
  [
    /^a(ddr(ess)?)?$/,
    {
      add: addressAdd,
      replace: addressAdd,
      delete: ({ call, rest }) => ({
        kind: 'removes',
        things: [`address/${rest[0]}`],
        draft: {
          id: slug(`no ${rest[0]}`),
          name: `${rest.join(' ')} gone`,
          action: actionOf(call),
          satisfied: 'once',
          leavesNothing: true,
        },
      }),
      flush: flushed,
    },
  ],
  [
    /^r(o|oute)?$/,
    {
      add: routeAdd,
      replace: routeAdd,
      append: routeAdd,
      delete: ({ call, rest }) => ({
        kind: 'removes',
        things: [`route/${rest[0]}`],
        draft: {
          id: slug(`no route ${rest[0]}`),
          name: `Route ${rest.join(' ')} gone`,
          action: actionOf(call),
          satisfied: 'once',
          leavesNothing: true,
        },
      }),
      flush: flushed,
    },
  ],
  [/^ru(le)?$/, { add: ruleAdd }],
];

/** One port or VLAN after the other; what a bridge knows is told by itself. */
export const bridge: Rule = (call) => {
  const [object = '', verb = 'show', ...rest] = call.args.filter((arg) => !arg.startsWith('-'));
  const dev = after(rest, 'dev');
  if (/^(show|list)$/.test(verb))
    return checkOf(call, slug(`bridge ${object}${placeOf(call)}`), `bridge ${call.args.join(' ')}${placeOf(call)}`);
  if (dev === undefined) return undefined;
  const what = object === 'vlan' ? after(rest, 'vid') : object === 'fdb' ? rest[0] : undefined;
  if (what === undefined)
    return {
      kind: 'step',
      draft: {
        id: slug(`bridge ${dev}`),
        name: `bridge ${call.args.join(' ')}`,
        action: actionOf(call),
        satisfied: 'once',
        leavesNothing: true,
      },
    };
  const there = `exitCode == 0 && stdout.contains(${quoted(what.toLowerCase())})`;
  const show = commandProbe([...call.wrap, 'bridge', object, 'show', 'dev', dev], {
    expect: verb === 'add' || verb === 'append' ? there : `!(${there})`,
  });
  return {
    kind: 'step',
    draft: {
      id: slug(`${object} ${dev}`),
      name: `${object} ${what} on ${dev}${placeOf(call)}`,
      action: actionOf(call),
      health: [show],
      leavesNothing: true,
    },
  };
};

export const sysctl: Rule = (call) => {
  const pairs = call.args.filter((arg) => /^[\w./-]+=/.test(arg));
  const [pair] = pairs;
  if (pair === undefined)
    return call.args.includes('-p') || call.args.includes('--system')
      ? {
          kind: 'step',
          draft: {
            id: 'sysctl',
            name: 'Settings of the kernel',
            action: actionOf(call),
            satisfied: 'once',
            leavesNothing: true,
          },
        }
      : checkOf(call, 'sysctl', call.text);
  const [key = ''] = pair.split('=');
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`sysctl ${key.replace(/^.*\./, '')}${placeOf(call)}`),
        name: `${pairs.join(', ')}${placeOf(call)}`,
        action: actionOf(call),
        leavesNothing: true,
      },
      health: pairs.map((each) =>
        commandProbe([...call.wrap, 'sysctl', '--values', each.split('=')[0] ?? ''], {
          expect: `exitCode == 0 && stdout.trim() == ${quoted(each.slice(each.indexOf('=') + 1).trim())}`,
        }),
      ),
    },
  };
};

/** A rule is looked for with `-C` and taken away with `-D`. */
export const iptables: Rule = (call) => {
  const at = call.args.findIndex((arg) => /^(-A|-I|--append|--insert)$/.test(arg));
  const { args, wrap, program } = call;
  if (args.some((arg) => /^(-L|-S|--list|--list-rules|-nL|-nvL)$/.test(arg)))
    return checkOf(call, slug(`${program}${placeOf(call)}`), `${program} ${args.join(' ')}`);
  if (args.some((arg) => /^(-F|-X|-Z|--flush)$/.test(arg)) && wrap.every((each) => /^(sudo|--)/.test(each)))
    return left('takes away every rule of the host; the lab takes away its own only');
  if (at === -1) return undefined;
  const rest = args.slice(at + 2).filter((arg, index) => !(index === 0 && /^\d+$/.test(arg)));
  const like = (flag: string): readonly string[] => [
    ...wrap,
    program,
    ...args.slice(0, at),
    flag,
    args[at + 1] ?? '',
    ...rest,
  ];
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`rule ${args[at + 1]}${placeOf(call)}`),
        name: `Rule of ${args[at + 1]}${placeOf(call)}`,
        action: actionOf(call),
      },
      health: [commandProbe(like('-C'))],
      undo: { run: like('-D'), absent: [commandProbe(like('-C'), { expect: 'exitCode != 0' })] },
    },
  };
};

export const tc: Rule = (call) => {
  const [object = '', verb = ''] = call.args;
  const dev = after(call.args, 'dev');
  if (/^(show|list|ls)$/.test(verb) || verb === '')
    return checkOf(call, slug(`tc ${object}`), `tc ${call.args.join(' ')}`);
  if (object !== 'qdisc' || dev === undefined) return undefined;
  const kind = call.args.find((arg) => /^(netem|tbf|htb|clsact|ingress|fq_codel)$/.test(arg)) ?? '';
  const show = [...call.wrap, 'tc', 'qdisc', 'show', 'dev', dev];
  if (verb === 'del' || verb === 'delete')
    return {
      kind: 'removes',
      things: [`qdisc/${dev}`],
      draft: gone(
        call,
        `qdisc of ${dev}`,
        commandProbe(show, { expect: 'exitCode == 0 && !stdout.contains("netem")' }),
      ),
    };
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`${kind} ${dev}${placeOf(call)}`),
        name: `${kind} on ${dev}${placeOf(call)}`,
        action: actionOf(
          call,
          call.args.map((arg, index) => (index === 1 && arg === 'add' ? 'replace' : arg)),
        ),
        makes: `qdisc/${dev}`,
      },
      health: [commandProbe(show, { expect: `exitCode == 0 && stdout.contains(${quoted(kind)})` })],
      undo: {
        run: [...call.wrap, 'tc', 'qdisc', 'delete', 'dev', dev, call.args.includes('root') ? 'root' : kind],
        absent: [commandProbe(show, { expect: `exitCode != 0 || !stdout.contains(${quoted(kind)})` })],
      },
    },
  };
};

export const modprobe: Rule = (call) => {
  const name = call.args.find((arg) => !arg.startsWith('-') && !arg.includes('='));
  if (name === undefined || call.args.includes('-r')) return undefined;
  return {
    kind: 'step',
    draft: {
      id: slug(`module ${name}`),
      name: `Module ${name}`,
      action: actionOf(call),
      leavesNothing: true,
      health: [commandProbe(['grep', '-qw', name.replaceAll('-', '_'), '/proc/modules'], { name: `module ${name}` })],
    },
  };
};
