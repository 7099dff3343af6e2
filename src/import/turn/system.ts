// Packages, services, daemons, and the tools whose own words say whether all is done: a table, and a few that need more than that.
import type { Call } from '../read/call.ts';
import { absorbed, commandProbe, type Draft, left, type Outcome, quoted, slug } from './draft.ts';
import { has, operands, option, options } from './flags.ts';
import { actionOf, checkOf, lookFrom, onceDone, placeOf, type Rule } from './rule.ts';
import type { World } from './world.ts';

const packages: Rule = (call, world) => {
  const [verb, ...names] = operands(call.args, ['-t', '-o', '--target-release']);
  if (verb === 'update' || verb === 'upgrade')
    return absorbed('the lists of packages are asked for when one is missing');
  if (verb !== 'install' || names.length === 0) return undefined;
  const plain = names.filter((name) => /^[a-z0-9][a-z0-9.+-]+$/.test(name));
  const draft = {
    id: slug(`packages ${plain[0] ?? ''}`),
    name: `Packages ${plain.join(', ')}${placeOf(call)}`,
    leavesNothing: true,
    timeout: '20m',
  };
  const isHost = call.wrap.every((each) => each === 'sudo' || each.startsWith('-'));
  if (isHost && /^apt/.test(call.program) && world.known.steps.has('apt.packages'))
    return { kind: 'step', draft: { ...draft, action: { uses: 'apt.packages', with: { packages: plain } } } };
  const look = /^apt/.test(call.program)
    ? lookFrom(call, ['dpkg-query', '--show', ...plain])
    : lookFrom(call, ['rpm', '--query', ...plain]);
  return {
    kind: 'step',
    draft: {
      ...draft,
      action: actionOf(call, has(call.args, '-y', '--yes') ? call.args : [...call.args, '-y']),
      health: [look],
    },
  };
};

const apk: Rule = (call) => {
  const [verb, ...names] = operands(call.args);
  if (verb !== 'add')
    return verb === 'update' ? absorbed('the lists of packages are asked for when one is missing') : undefined;
  return {
    kind: 'step',
    draft: {
      id: slug(`packages ${names[0] ?? ''}${placeOf(call)}`),
      name: `Packages ${names.join(', ')}${placeOf(call)}`,
      action: actionOf(call),
      leavesNothing: true,
      health: [lookFrom(call, ['apk', 'info', '--installed', ...names])],
    },
  };
};

const service: Rule = (call) => {
  const words = operands(call.args);
  const [verb, ...units]: readonly string[] = call.program === 'service' ? [words[1] ?? '', words[0] ?? ''] : words;
  if (verb === 'daemon-reload') return absorbed('a step that starts a service does it');
  if (units.length === 0 || verb === undefined) return undefined;
  if (/^(status|is-active|show|list-units)$/.test(verb))
    return checkOf(
      { ...call, argv: [...call.wrap, 'systemctl', 'is-active', ...units] },
      slug(`service ${units[0]}`),
      `Service ${units.join(', ')} runs`,
    );
  const isActive = lookFrom(call, ['systemctl', 'is-active', '--quiet', ...units], { within: '1m' });
  const draft = {
    id: slug(`service ${units[0]}`),
    name: `Service ${units.join(', ')}${placeOf(call)}`,
    action: actionOf(call),
  };
  if (verb === 'start' || (verb === 'enable' && has(call.args, '--now')))
    return {
      kind: 'step',
      draft: {
        ...draft,
        health: [isActive],
        makes: `service/${units[0]}`,
        undo: {
          run: [...call.wrap, 'systemctl', 'stop', ...units],
          absent: [lookFrom(call, ['systemctl', 'is-active', ...units], { expect: 'exitCode != 0' })],
        },
      },
    };
  if (verb === 'restart' || verb === 'reload')
    return {
      kind: 'step',
      draft: { ...draft, id: slug(`${verb} ${units[0]}`), satisfied: 'once', health: [isActive], leavesNothing: true },
    };
  if (verb === 'enable')
    return {
      kind: 'step',
      draft: {
        ...draft,
        health: [lookFrom(call, ['systemctl', 'is-enabled', '--quiet', ...units])],
        leavesNothing: true,
      },
    };
  return verb === 'stop' || verb === 'disable'
    ? {
        kind: 'removes',
        things: units.map((unit) => `service/${unit}`),
        draft: {
          ...draft,
          id: slug(`${verb} ${units[0]}`),
          health: [lookFrom(call, ['systemctl', 'is-active', ...units], { expect: 'exitCode != 0' })],
          leavesNothing: true,
        },
      }
    : undefined;
};

/** A routing daemon is known by the file it writes its number to; without one by its whole command line, and only in its namespace. */
const daemon: Rule = (call) => {
  const file = option(call.args, '-i', '--pid_file');
  const line = [call.program, ...call.args].join(' ');
  const netns = call.wrap.includes('netns') ? call.wrap[call.wrap.lastIndexOf('exec') + 1] : undefined;
  const find = file === undefined ? ['pgrep', '--full', '--exact', line] : ['pgrep', '--pidfile', file];
  const outside = netns === undefined ? call.wrap : call.wrap.slice(0, call.wrap.indexOf('ip'));
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`${call.program}${placeOf(call).replace(' in', '')}`),
        name: `${call.program}${placeOf(call)}`,
        action: actionOf(call),
        makes: `daemon/${call.program}`,
      },
      health: [commandProbe([...outside, ...find], { name: `${call.program} runs` })],
      undo: {
        run: [
          ...outside,
          ...(file === undefined ? ['pkill', '--full', '--exact', line] : ['pkill', '--pidfile', file]),
        ],
        absent: [commandProbe([...outside, ...find], { expect: 'exitCode != 0' })],
      },
    },
  };
};

/** Something that goes on in the background, known by its whole command line. */
export const inBackground = (call: Call): Outcome => {
  const line = [call.program, ...call.args].join(' ');
  const name = `${call.program}${placeOf(call)} in the background`;
  if (/[$`]/.test(line) || call.piped.length > 0)
    return {
      kind: 'step',
      draft: {
        id: slug(call.program),
        name,
        action: { shell: `${call.text} &` },
        satisfied: 'once',
        leavesNothing: true,
      },
    };
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`${call.program}${placeOf(call)}`),
        name,
        action: { shell: `nohup ${call.text} >/dev/null 2>&1 &` },
        makes: `process/${call.program}`,
      },
      health: [lookFrom(call, ['pgrep', '--full', '--exact', line], { name })],
      undo: {
        run: [...call.wrap, 'pkill', '--full', '--exact', line],
        absent: [lookFrom(call, ['pgrep', '--full', '--exact', line], { expect: 'exitCode != 0' })],
      },
    },
  };
};

const killed: Rule = (call, world) => {
  const file = option(call.args, '-F', '--pidfile');
  if (file !== undefined)
    return {
      kind: 'removes',
      things: [`pidfile/${file}`],
      draft: {
        id: slug(`stop ${file.replace(/^.*\//, '')}`),
        name: call.text,
        action: actionOf(call),
        satisfied: 'never',
        leavesNothing: true,
      },
    };
  const names = operands(call.args, ['-s', '--signal', '-u', '-t']);
  if (call.program === 'kill') return left('names processes by a number of that day');
  if (!call.wrap.includes('exec'))
    return {
      kind: 'removes',
      things: names.flatMap((name) => [`daemon/${name}`, `process/${name}`]),
      why: 'every process of that name on the host was meant; the lab ends its own only',
    };
  void world;
  return {
    kind: 'removes',
    things: names.map((name) => `daemon/${name}`),
    draft: {
      id: slug(`stop ${names[0] ?? ''}`),
      name: `${names.join(', ')} ended${placeOf(call)}`,
      action: actionOf(call),
      satisfied: 'once',
      leavesNothing: true,
    },
  };
};

const playbook: Rule = (call) => {
  const [file] = operands(call.args, [
    '-i',
    '--inventory',
    '-e',
    '--extra-vars',
    '-l',
    '--limit',
    '-t',
    '--tags',
    '-u',
    '--user',
    '--private-key',
    '-f',
    '--forks',
    '--skip-tags',
    '-c',
  ]);
  if (file === undefined) return undefined;
  const name = file.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
  const more = { id: slug(name), name: `Playbook ${name}`, timeout: '30m', leavesNothing: true };
  if (has(call.args, '--check', '--syntax-check', '--list-hosts'))
    return checkOf(call, slug(name), `Playbook ${name} would change nothing`, { timeout: '10m' });
  return {
    kind: 'step',
    draft: {
      ...more,
      action: actionOf(call),
      health: [
        lookFrom(call, ['ansible-playbook', ...call.args, '--check'], {
          name: `${name} would change nothing`,
          expect: 'exitCode == 0 && !stdout.matches("(changed|unreachable|failed)=[1-9]")',
          timeout: '10m',
          within: '0s',
        }),
      ],
    },
  };
};

const pip: Rule = (call) => {
  const [verb, ...names] = operands(call.args, ['-r', '--requirement']);
  if (verb !== 'install') return undefined;
  const file = option(call.args, '-r', '--requirement');
  const look =
    file === undefined
      ? [call.program, 'show', '--quiet', ...names.map((name) => name.replace(/[=<>[].*$/, ''))]
      : [call.program, 'install', '--dry-run', '--quiet', '--report', '-', '--requirement', file];
  return {
    kind: 'step',
    draft: {
      id: slug(`python ${file ?? names[0] ?? 'packages'}`),
      name: `Python packages ${file ?? names.join(', ')}`,
      action: actionOf(call),
      leavesNothing: true,
      timeout: '10m',
      health: [
        lookFrom(call, look, {
          ...(file !== undefined && { expect: 'exitCode == 0 && size(json.install) == 0' }),
          timeout: '1m',
        }),
      ],
    },
  };
};

const python: Rule = (call) => {
  const venv = call.args[0] === '-m' && call.args[1] === 'venv' ? call.args[2] : undefined;
  if (venv !== undefined)
    return {
      kind: 'step',
      draft: {
        id: 'venv',
        name: `Python environment ${venv}`,
        action: actionOf(call),
        health: [{ probe: 'file', path: `${venv}/bin/activate` }],
        undo: { run: ['rm', '-rf', '--', venv], absent: [{ probe: 'file', path: venv, expect: '!exists' }] },
        makes: `file/${venv}`,
      },
    };
  if (call.args[0] === '-m' && call.args[1] === 'pip')
    return pip({ ...call, program: 'pip', args: call.args.slice(2) }, {} as World);
  return undefined;
};

/** Programs that say themselves whether it is done, and how it is taken back. */
interface Told {
  readonly begins: string;
  readonly id: string;
  readonly name: string;
  readonly look: readonly string[];
  readonly expect?: string;
  readonly undo?: readonly string[];
  readonly gone?: string;
  readonly makes?: string;
}

const told: readonly Told[] = [
  {
    begins: 'netlab up',
    id: 'netlab',
    name: 'Lab of netlab',
    look: ['netlab', 'status'],
    expect: 'exitCode == 0 && stdout.contains("started")',
    undo: ['netlab', 'down', '--cleanup'],
    gone: 'exitCode != 0 || !stdout.contains("started")',
    makes: 'netlab/lab',
  },
  {
    begins: 'vagrant up',
    id: 'vagrant',
    name: 'Machines of vagrant',
    look: ['vagrant', 'status', '--machine-readable'],
    expect: 'exitCode == 0 && lines.filter(l, l.contains(",state,")).all(l, l.endsWith(",running"))',
    undo: ['vagrant', 'destroy', '--force'],
    gone: 'exitCode == 0 && lines.filter(l, l.contains(",state,")).all(l, l.endsWith(",not_created"))',
    makes: 'vagrant/machines',
  },
  { begins: 'terraform init', id: 'terraform-init', name: 'Providers of terraform', look: ['terraform', 'providers'] },
  {
    begins: 'terraform apply',
    id: 'terraform',
    name: 'What terraform makes',
    look: ['terraform', 'plan', '-detailed-exitcode', '-input=false'],
    undo: ['terraform', 'destroy', '-auto-approve'],
    gone: 'exitCode == 2',
    makes: 'terraform/all',
  },
  {
    begins: 'colima start',
    id: 'colima',
    name: 'Machine of colima',
    look: ['colima', 'status'],
    undo: ['colima', 'stop'],
    gone: 'exitCode != 0',
    makes: 'colima/default',
  },
];

const byTable: Rule = (call) => {
  const line = [call.program, ...operands(call.args)].join(' ');
  const found = told.find(({ begins }) => line === begins || line.startsWith(`${begins} `));
  if (found === undefined) return undefined;
  const { id, name, look, expect, undo, gone, makes } = found;
  const args =
    found.begins === 'terraform apply' && !has(call.args, '-auto-approve', '--auto-approve')
      ? [...call.args, '-auto-approve', '-input=false']
      : call.args;
  const draft: Draft = {
    ...{ id, name, action: actionOf(call, args), timeout: '60m' },
    health: [lookFrom(call, look, { ...(expect !== undefined && { expect }), timeout: '2m', within: '5m' })],
    ...(undo === undefined
      ? { leavesNothing: true }
      : { undo: { run: [...call.wrap, ...undo], absent: [lookFrom(call, look, { expect: gone, timeout: '2m' })] } }),
    ...(makes !== undefined && { makes }),
  };
  return { kind: 'step', draft };
};

const tornDown: Readonly<Record<string, string>> = {
  'netlab down': 'netlab/lab',
  'vagrant destroy': 'vagrant/machines',
  'vagrant halt': 'vagrant/machines',
  'terraform destroy': 'terraform/all',
  'colima stop': 'colima/default',
  'colima delete': 'colima/default',
};

const tool: Rule = (call, world) => {
  const thing = tornDown[`${call.program} ${operands(call.args)[0] ?? ''}`];
  if (thing !== undefined) return { kind: 'removes', things: [thing] };
  if (/^(status|validate|show|plan|list|output|version|inspect)$/.test(call.args[0] ?? ''))
    return checkOf(call, slug(`${call.program} ${call.args[0]}`), `${call.program} ${call.args.join(' ')}`, {
      timeout: '5m',
    });
  return byTable(call, world);
};

/** Scripts off the net that install something known, with how it is proved and taken away. */
export const installer = (call: Call, world: World): Outcome | undefined => {
  if (!/\|\s*(sudo\s+)?(\w+=\S+\s+)*(ba)?sh\b/.test(call.text) && !/bash -c "\$\(curl/.test(call.text))
    return undefined;
  if (!/get\.k3s\.io/.test(call.text)) return undefined;
  world.clusters.push({ kind: 'k3s', name: 'k3s', context: 'default' });
  return {
    kind: 'step',
    draft: {
      ...{ id: 'k3s', name: 'K3s', action: { shell: call.text }, timeout: '10m', makes: 'cluster/k3s' },
      health: [commandProbe(['systemctl', 'is-active', '--quiet', 'k3s'], { within: '2m' })],
      undo: {
        run: ['/usr/local/bin/k3s-uninstall.sh'],
        absent: [{ probe: 'file', path: '/usr/local/bin/k3s', expect: '!exists' }],
      },
    },
  };
};

const argo: Rule = (call) => {
  const [what, verb, name] = operands(call.args, [
    '--repo',
    '--path',
    '--dest-server',
    '--dest-namespace',
    '--server',
    '--username',
    '--password',
    '--sync-policy',
    '--revision',
    '--project',
    '--health',
    '--timeout',
  ]);
  if (what === 'app' && verb === 'create' && name !== undefined)
    return {
      kind: 'step',
      draft: {
        id: slug(name),
        name: `Application ${name}`,
        action: actionOf(call),
        health: [lookFrom(call, ['argocd', 'app', 'get', name])],
        undo: {
          run: [...call.wrap, 'argocd', 'app', 'delete', name, '--yes'],
          absent: [lookFrom(call, ['argocd', 'app', 'get', name], { expect: 'exitCode != 0' })],
        },
        makes: `application/${name}`,
      },
    };
  if (what === 'app' && (verb === 'wait' || verb === 'sync'))
    return {
      kind: 'step',
      draft: {
        id: slug(`${verb} ${name}`),
        name: `Application ${name} is in sync`,
        action: actionOf(call),
        leavesNothing: true,
        health: [
          lookFrom(call, ['argocd', 'app', 'get', name ?? '', '--output', 'json'], {
            expect: `exitCode == 0 && json.status.sync.status == ${quoted('Synced')}`,
            within: '5m',
          }),
        ],
      },
    };
  return what === 'login' ? onceDone(call, 'argocd-login', 'Login at Argo CD') : undefined;
};

const galaxy: Rule = (call) => {
  const names = operands(call.args, ['-r', '--requirements-file', '-p', '--roles-path']);
  const file = options(call.args, '-r', '--requirements-file');
  const collection = names[0] === 'collection' ? names[2] : undefined;
  return {
    kind: 'step',
    draft: {
      id: slug(`galaxy ${collection ?? file[0] ?? names[1] ?? ''}`),
      name: `Ansible ${collection ?? file[0] ?? 'content'}`,
      action: actionOf(call),
      leavesNothing: true,
      ...(collection === undefined
        ? { satisfied: 'once' }
        : {
            health: [
              lookFrom(call, ['ansible-galaxy', 'collection', 'list', collection.replace(/:.*$/, '')], {
                timeout: '1m',
              }),
            ],
          }),
    },
  };
};

export const systemRules: Readonly<Record<string, Rule>> = {
  ...{
    apt: packages,
    'apt-get': packages,
    dnf: packages,
    yum: packages,
    apk,
    systemctl: service,
    service,
    pip,
    pip3: pip,
    python,
    python3: python,
  },
  ...Object.fromEntries(
    [
      'zebra',
      'bgpd',
      'ospfd',
      'ospf6d',
      'ripd',
      'ripngd',
      'isisd',
      'staticd',
      'bfdd',
      'mgmtd',
      'ldpd',
      'pimd',
      'bird',
      'dnsmasq',
      'dhcpd',
      'lldpd',
      'sshd',
      'nginx',
      'gobgpd',
      'exabgp',
    ].map((name) => [name, daemon]),
  ),
  ...{
    killall: killed,
    pkill: killed,
    kill: killed,
    'ansible-playbook': playbook,
    'ansible-galaxy': galaxy,
    argocd: argo,
  },
  ...Object.fromEntries(['netlab', 'vagrant', 'terraform', 'colima'].map((name) => [name, tool])),
};
