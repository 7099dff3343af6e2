// Clusters: minikube, kind, k3d and k3s. Only the ones made here are ever taken away, whatever the text says.
import type { Call } from '../read/call.ts';
import { absorbed, aside, commandProbe, listed, notListed, type Outcome, quoted, slug } from './draft.ts';
import { has, operands, option, without } from './flags.ts';
import { kubectl } from './kubectl.ts';
import { actionOf, backFrom, checkOf, lookFrom, onceDone, type Rule } from './rule.ts';
import type { Cluster, World } from './world.ts';

const begin = (world: World, cluster: Cluster): void => {
  if (!world.clusters.some(({ kind, name }) => kind === cluster.kind && name === cluster.name))
    world.clusters.push(cluster);
  // As these tools do themselves.
  world.context = cluster.context;
  world.isContextImplied = true;
};

const profileOf = ({ args }: Call, world: World): string =>
  option(args, '-p', '--profile') ??
  world.clusters.filter(({ kind }) => kind === 'minikube').at(-1)?.name ??
  'minikube';

const minikubeStart: Rule = (call, world) => {
  const { args } = call;
  const profile = option(args, '-p', '--profile') ?? 'minikube';
  begin(world, { kind: 'minikube', name: profile, context: profile });
  const nodes = Number(option(args, '--nodes', '-n') ?? 1);
  const given = {
    kubernetes: '--kubernetes-version',
    driver: '--driver',
    runtime: '--container-runtime',
    networkPlugin: '--network-plugin',
    cni: '--cni',
    memory: '--memory',
    subnet: '--subnet',
  };
  const own = Object.entries(given).flatMap(([key, flag]) => {
    const value = option(args, flag);
    return value === undefined ? [] : [[key, value] as const];
  });
  const cpus = option(args, '--cpus');
  const taken = ['-p', '--profile', '--nodes', '-n', '--cpus', ...Object.values(given)];
  const extra = without(args.slice(1), ...taken).filter((arg) => !/^-[pn]./.test(arg));
  if (!world.known.steps.has('minikube.start'))
    return {
      kind: 'step',
      draft: {
        id: 'cluster',
        name: `Minikube ${profile}`,
        action: actionOf(call),
        health: [lookFrom(call, ['minikube', 'status', '--profile', profile], { within: '5m' })],
        undo: backFrom(call, ['minikube', 'delete', '--profile', profile], []),
        makes: `cluster/${profile}`,
        timeout: '20m',
      },
    };
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(profile === 'minikube' ? 'cluster' : profile),
        name: `Minikube ${profile}${nodes > 1 ? ` with ${nodes} nodes` : ''}`,
        timeout: '20m',
        makes: `cluster/${profile}`,
      },
      action: {
        uses: 'minikube.start',
        with: {
          profile,
          nodes,
          ...Object.fromEntries(own),
          ...(cpus !== undefined && { cpus: Number(cpus) }),
          ...(extra.length > 0 && { extra }),
        },
      },
    },
  };
};

const addon: Rule = (call, world) => {
  const [, verb, name] = operands(call.args, ['-p', '--profile']);
  const profile = profileOf(call, world);
  if (verb === 'list') return checkOf(call, 'addons', 'Addons of minikube');
  if (name === undefined) return undefined;
  const list = [...call.wrap, 'minikube', 'addons', 'list', '--profile', profile, '--output', 'json'];
  const says = (status: string) => `exitCode == 0 && json[${quoted(name)}].Status == ${quoted(status)}`;
  const toggle = (word: string) => [...call.wrap, 'minikube', 'addons', word, name, '--profile', profile];
  const isOn = verb === 'enable';
  return {
    kind: 'step',
    draft: {
      ...{ id: slug(`addon ${name}`), name: `Addon ${name}${isOn ? '' : ' is off'}` },
      action: { run: toggle(isOn ? 'enable' : 'disable') },
      health: [commandProbe(list, { expect: says(isOn ? 'enabled' : 'disabled') })],
      ...(isOn
        ? { undo: { run: toggle('disable'), absent: [commandProbe(list, { expect: says('disabled') })] } }
        : { leavesNothing: true }),
    },
  };
};

export const minikube: Rule = (call, world) => {
  const [verb, second] = operands(call.args, [
    '-p',
    '--profile',
    '--nodes',
    '-n',
    '--cpus',
    '--memory',
    '--driver',
    '--cni',
    '--kubernetes-version',
  ]);
  switch (verb) {
    case 'start':
      return minikubeStart(call, world);
    case 'addons':
      return addon(call, world);
    case 'delete':
    case 'stop':
      return removesClusters(world, 'minikube', has(call.args, '--all') ? undefined : profileOf(call, world));
    case 'profile':
      if (second !== undefined && second !== 'list') world.choose(second);
      return absorbed('each step names its cluster');
    case 'kubectl':
      return kubectl(
        {
          ...call,
          program: 'kubectl',
          args: call.args.slice(call.args.indexOf('--') + 1),
          argv: call.argv && ['kubectl', ...call.args.slice(call.args.indexOf('--') + 1)],
        },
        world,
      );
    case 'tunnel':
    case 'dashboard':
    case 'mount':
      return aside('goes on until it is stopped, in a terminal of its own');
    case 'image':
      return onceDone(call, 'image', `minikube ${call.args.join(' ')}`);
    case 'ssh':
      return call.args.length > 1 ? undefined : aside('opens a terminal on the node');
    default:
      return /^(status|ip|service|node|version|logs)$/.test(verb ?? '')
        ? checkOf(call, slug(`minikube ${verb}`), `minikube ${verb}`)
        : undefined;
  }
};

/** All that were made here, and no other. */
const removesClusters = (world: World, kind: Cluster['kind'], name: string | undefined): Outcome => {
  const ours = world.clusters.filter((each) => each.kind === kind);
  if (name === undefined)
    return {
      kind: 'removes',
      things: ours.map((each) => `cluster/${each.name}`),
      why: `every cluster of ${kind} was meant to go; the lab takes away its own only`,
    };
  return { kind: 'removes', things: [`cluster/${name}`] };
};

/** Its name, else that of its file, else what the text calls it. */
const kindName = (call: Call, world: World): string => {
  const named = option(call.args, '--name', '-n');
  if (named !== undefined) return named;
  const file = option(call.args, '--config');
  if (file === undefined && call.stdin === undefined) return 'kind';
  const said = /^name:\s*["']?([\w.-]+)/m.exec(call.stdin ?? world.texts.get(world.pathInLab(file ?? '')) ?? '')?.[1];
  if (said !== undefined) return said;
  const count = world.clusters.filter(({ kind }) => kind === 'kind').length;
  const stem = file?.replace(/^.*\//, '').replace(/\.ya?ml$/, '') ?? '';
  const free = world.spokenClusters.filter((each) => !world.clusters.some((cluster) => cluster.name === each));
  const spoken = free.find((each) => stem !== '' && each.includes(stem)) ?? free[0];
  if (spoken !== undefined) {
    world.note(`its name stands in ${file ?? 'its file'}, which was not read; ${spoken} is what the text calls it`);
    return spoken;
  }
  world.note(
    `its name stands in ${file ?? 'its file'}, which was not read; kind calls it "kind" when nothing is said there`,
  );
  return count === 0 ? 'kind' : `kind-${count + 1}`;
};

export const kind: Rule = (call, world) => {
  const [verb, what, image] = operands(call.args, ['--name', '-n', '--config', '--image', '--kubeconfig', '--wait']);
  if (verb === 'create' && what === 'cluster') return kindCreate(call, world);
  if (verb === 'delete')
    return removesClusters(
      world,
      'kind',
      what === 'clusters' && has(call.args, '--all', '-A')
        ? undefined
        : (option(call.args, '--name', '-n') ?? operands(call.args, ['--name'])[2] ?? 'kind'),
    );
  if (verb === 'load') return loaded(call, world, what ?? '', image ?? '');
  if (verb === 'export') return absorbed('each step names its cluster');
  return verb === 'get' ? checkOf(call, slug(`kind ${what}`), `kind ${verb} ${what}`) : undefined;
};

const kindCreate: Rule = (call, world) => {
  const name = kindName(call, world);
  begin(world, { kind: 'kind', name, context: `kind-${name}` });
  const list = [...call.wrap, 'kind', 'get', 'clusters'];
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(name === 'kind' ? 'cluster' : name),
        name: `Cluster ${name} of kind`,
        timeout: '15m',
        makes: `cluster/${name}`,
      },
      action: actionOf(call),
      health: [listed(list, name, { name: `cluster ${name}`, within: '1m' })],
      undo: backFrom(call, ['kind', 'delete', 'cluster', '--name', name], [notListed(list, name)]),
    },
  };
};

const loaded = (call: Call, world: World, what: string, image: string): Outcome | undefined => {
  if (what !== 'docker-image' || image === '') return undefined;
  const name =
    option(call.args, '--name', '-n') ?? world.clusters.filter((each) => each.kind === 'kind').at(-1)?.name ?? 'kind';
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`load ${image.replace(/^.*\//, '').replace(/[:@].*$/, '')}`),
        name: `Image ${image} in ${name}`,
        action: actionOf(call),
        leavesNothing: true,
        timeout: '10m',
      },
      health: [
        commandProbe(
          [...call.wrap, 'docker', 'exec', `${name}-control-plane`, 'crictl', 'inspecti', '--quiet', image],
          { timeout: '30s' },
        ),
      ],
    },
  };
};

export const k3d: Rule = (call, world) => {
  const [what, verb, name = 'k3s-default'] = operands(call.args, [
    '-p',
    '--port',
    '-a',
    '--agents',
    '-s',
    '--servers',
    '-c',
    '--config',
    '-i',
    '--image',
    '-v',
    '--volume',
    '--k3s-arg',
    '--network',
  ]);
  if (what !== 'cluster') return undefined;
  if (verb === 'delete') return removesClusters(world, 'k3d', has(call.args, '-a', '--all') ? undefined : name);
  if (verb === 'list') return checkOf(call, 'clusters', 'Clusters of k3d');
  if (verb !== 'create') return undefined;
  begin(world, { kind: 'k3d', name, context: `k3d-${name}` });
  const look = [...call.wrap, 'k3d', 'cluster', 'get', name];
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(name),
        name: `Cluster ${name} of k3d`,
        timeout: '15m',
        makes: `cluster/${name}`,
        action: actionOf(call),
      },
      health: [commandProbe(look)],
      undo: backFrom(call, ['k3d', 'cluster', 'delete', name], [commandProbe(look, { expect: 'exitCode != 0' })]),
    },
  };
};

export const kubectx: Rule = ({ args }, world) => {
  const [name] = operands(args);
  if (name === undefined) return absorbed('each step names its context');
  world.choose(name);
  return absorbed('each step names its context');
};
