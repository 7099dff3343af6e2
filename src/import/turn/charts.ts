// helm and the cilium command line.
import type { Call } from '../read/call.ts';
import { absorbed, aside, commandProbe, notListed, type Outcome, quoted, slug } from './draft.ts';
import { has, operands, option, options, without, withoutFlags } from './flags.ts';
import { durationOf } from './kube.ts';
import { actionOf, checkOf, isHere, lookProbe, onceDone, type Rule } from './rule.ts';
import type { World } from './world.ts';

const valued = [
  '-n',
  '--namespace',
  '--version',
  '-f',
  '--values',
  '--set',
  '--set-string',
  '--set-file',
  '--kube-context',
  '--timeout',
  '--repo',
  '--description',
  '-o',
  '--output',
  '--username',
  '--password',
  '--post-renderer',
];

export const helm: Rule = (call, world) => {
  const [verb, second, third, fourth] = operands(call.args, valued);
  switch (verb) {
    case 'repo':
      if (second === 'update') return absorbed('helm asks the repository when it installs');
      return second === 'add' ? repository(call, third ?? '', fourth ?? '') : undefined;
    case 'install':
    case 'upgrade':
      return release(call, world, second ?? '', third);
    case 'uninstall':
    case 'delete':
      return {
        kind: 'removes',
        things: [`release/${second ?? ''}`],
        draft: {
          id: slug(`no ${second}`),
          name: `Release ${second} gone`,
          action: actionOf(call),
          satisfied: 'never',
          leavesNothing: true,
        },
      };
    case 'dependency':
    case 'pull':
      return onceDone(call, slug(`helm ${verb}`), call.text);
    default:
      return /^(list|ls|status|get|version|show|history|search)$/.test(verb ?? '')
        ? checkOf(call, slug(`helm ${verb} ${second ?? ''}`), `helm ${verb} ${second ?? ''}`.trim())
        : undefined;
  }
};

const repository = (call: Call, name: string, url: string): Outcome => ({
  kind: 'step',
  draft: {
    ...{ id: slug(`repository ${name}`), name: `Repository ${name} of helm`, leavesNothing: true, standsAlone: true },
    action: actionOf(call, has(call.args, '--force-update') ? call.args : [...call.args, '--force-update']),
    health: [
      commandProbe([...call.wrap, 'helm', 'repo', 'list', '--output', 'json'], {
        expect: `exitCode == 0 && json.exists(r, r.name == ${quoted(name)} && r.url == ${quoted(url)})`,
      }),
    ],
  },
});

const release = (call: Call, world: World, first: string, second: string | undefined): Outcome | undefined => {
  const isGenerated = has(call.args, '--generate-name');
  if (isGenerated || second === undefined) return undefined;
  const context = option(call.args, '--kube-context') ?? (isHere(call) ? world.context : undefined);
  const where = [
    ...(context === undefined ? [] : ['--kube-context', context]),
    ...(option(call.args, '-n', '--namespace') === undefined
      ? []
      : ['--namespace', option(call.args, '-n', '--namespace') ?? '']),
  ];
  const ask = (...args: readonly string[]): readonly string[] => [...call.wrap, 'helm', ...args, ...where];
  // `install` refuses what is there, `upgrade --install` brings it to what is wanted.
  const rest = withoutFlags(call.args.slice(1), '--install', '-i');
  const wait = has(call.args, '--wait') ? [] : ['--wait'];
  const patience = option(call.args, '--timeout') === undefined ? ['--timeout', '10m'] : [];
  const args = [
    'upgrade',
    '--install',
    ...rest,
    ...(context !== undefined && option(call.args, '--kube-context') === undefined ? ['--kube-context', context] : []),
    ...wait,
    ...patience,
  ];
  return {
    kind: 'step',
    draft: {
      ...{ id: slug(first), name: `Release ${first}`, timeout: '15m', makes: `release/${first}` },
      action:
        call.argv === undefined
          ? { shell: call.text.replace(/\bhelm (install|upgrade)\b/, 'helm upgrade --install') }
          : { run: [...call.wrap, 'helm', ...args] },
      health: [
        commandProbe(ask('status', first, '--output', 'json'), {
          name: `release ${first}`,
          expect: 'exitCode == 0 && json.info.status == "deployed"',
          timeout: '30s',
        }),
      ],
      undo: { run: ask('uninstall', first, '--wait'), absent: [notListed(ask('list', '--all', '--short'), first)] },
    },
  };
};

export const cilium: Rule = (call, world) => {
  const [verb, second, third] = operands(call.args, ciliumValued);
  const named = withCluster(call, world);
  switch (verb) {
    case 'install':
    case 'upgrade':
      return installed(named, world);
    case 'uninstall':
      return {
        kind: 'removes',
        things: ['cilium/cilium'],
        draft: {
          id: 'no-cilium',
          name: 'Cilium gone',
          action: actionOf(named),
          satisfied: 'never',
          leavesNothing: true,
        },
      };
    case 'config':
      return second === 'set' && third !== undefined
        ? configured(named, world, third)
        : checkOf(named, 'cilium-config', "Cilium's configuration", { timeout: '1m' });
    case 'status':
      return statusOf(named);
    case 'hubble':
    case 'clustermesh':
      return second === 'enable' || second === 'connect'
        ? enabled(named, verb, second)
        : second === 'status'
          ? checkOf(named, slug(`cilium ${verb}`), `cilium ${verb} status`, { timeout: '2m' })
          : aside('goes on until it is stopped, in a terminal of its own');
    case 'bgp':
      return checkOf(named, slug(`bgp ${second ?? ''}`), `BGP of Cilium: ${second ?? ''}`, {
        timeout: '1m',
        ...(second === 'peers' && { expect: 'exitCode == 0 && stdout.contains("established")', within: '2m' }),
      });
    default:
      return /^(version|connectivity|features)$/.test(verb ?? '')
        ? checkOf(named, slug(`cilium ${verb}`), `cilium ${verb}`, { timeout: '10m' })
        : undefined;
  }
};

const ciliumValued = [
  '--version',
  '--set',
  '--context',
  '-n',
  '--namespace',
  '--values',
  '-f',
  '--chart-directory',
  '--wait-duration',
  '--repository',
  '--helm-set',
  '--datapath-mode',
  '--destination-context',
  '--service-type',
  '--kubeconfig',
];

const withCluster = (call: Call, world: World): Call => {
  if (world.context === undefined || !isHere(call) || has(call.args, '--context')) return call;
  const args = [...call.args, '--context', world.context];
  return { ...call, args, argv: call.argv && [...call.wrap, 'cilium', ...args] };
};

const plainVersion = (version: string): string => version.replace(/^v(?=\d)/, '');

const installed = (call: Call, world: World): Outcome => {
  const cluster = option(call.args, '--context');
  const version = option(call.args, '--version');
  const known = ['--version', '--set', '--helm-set', '--context'];
  const others = without(call.args.slice(1), ...known);
  const values = valuesOf(options(call.args, '--set', '--helm-set'));
  const isTyped =
    cluster !== undefined &&
    version !== undefined &&
    values !== undefined &&
    others.filter((arg) => arg !== '--wait').length === 0;
  if (isTyped && world.known.steps.has('cilium.install'))
    return {
      kind: 'step',
      draft: {
        id: 'cilium',
        name: `Cilium ${plainVersion(version)}`,
        timeout: '15m',
        makes: 'cilium/cilium',
        action: {
          uses: 'cilium.install',
          with: { cluster, version: plainVersion(version), ...(Object.keys(values).length > 0 && { values }) },
        },
      },
    };
  const ask = (...args: readonly string[]): readonly string[] => [
    ...call.wrap,
    'cilium',
    ...args,
    ...(cluster === undefined ? [] : ['--context', cluster]),
  ];
  return {
    kind: 'step',
    draft: {
      ...{ id: 'cilium', name: 'Cilium', timeout: '15m', makes: 'cilium/cilium', action: actionOf(call) },
      health: [
        commandProbe(ask('status', '--wait', '--wait-duration', '1s'), {
          name: 'Cilium is well',
          within: '10m',
          timeout: '1m',
        }),
      ],
      undo: {
        run: ask('uninstall'),
        absent: [commandProbe(ask('status', '--wait-duration', '1s'), { expect: 'exitCode != 0', timeout: '1m' })],
      },
    },
  };
};

/** `a=1,b.c=2`; undefined where a comma belongs to a value. */
const valuesOf = (sets: readonly string[]): Readonly<Record<string, string>> | undefined => {
  const pairs = sets.flatMap((set) => set.split(/(?<!\\),(?![^{]*\})/));
  if (pairs.some((pair) => !/^[\w.[\]-]+=[^{}]*$/.test(pair))) return undefined;
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
};

const configured = (call: Call, world: World, key: string): Outcome => {
  const cluster = option(call.args, '--context');
  const value = operands(call.args, ciliumValued)[3] ?? '';
  const draft = { id: slug(`cilium ${key}`), name: `Cilium's ${key} is ${value}`, leavesNothing: true, timeout: '5m' };
  if (cluster !== undefined && world.known.steps.has('cilium.config'))
    return { kind: 'step', draft: { ...draft, action: { uses: 'cilium.config', with: { cluster, key, value } } } };
  const view = [
    ...call.wrap,
    'kubectl',
    ...(cluster === undefined ? [] : ['--context', cluster]),
    '--namespace',
    'kube-system',
    'get',
    'configmap',
    'cilium-config',
    '--output',
    'json',
  ];
  return {
    kind: 'step',
    draft: {
      ...draft,
      action: actionOf(call),
      health: [commandProbe(view, { expect: `exitCode == 0 && json.data[${quoted(key)}] == ${quoted(value)}` })],
    },
  };
};

const enabled = (call: Call, what: string, verb: string): Outcome => ({
  kind: 'step',
  draft: {
    id: slug(`cilium ${what} ${verb}`),
    name: `cilium ${what} ${verb}`,
    action: actionOf(call),
    timeout: '10m',
    leavesNothing: true,
    satisfied: 'once',
  },
});

/** With `--wait` it belongs to what was just installed. */
const statusOf = (call: Call): Outcome => {
  const within = durationOf(option(call.args, '--wait-duration') ?? '') ?? '5m';
  if (!has(call.args, '--wait')) return checkOf(call, 'cilium', 'Cilium is well', { timeout: '1m', within: '2m' });
  return {
    kind: 'proof',
    probe: lookProbe(
      { ...call, argv: call.argv && [...without(call.argv, '--wait-duration'), '--wait-duration', '1s'] },
      { name: 'Cilium is well', within, timeout: '1m' },
    ),
  };
};
