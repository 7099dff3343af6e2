// containerlab: a lab as its topology says, where that was given; else as far as the command alone tells.
import type { Call } from '../read/call.ts';
import { isExternal, isMade, type Topology } from '../read/topology.ts';
import { aside, commandProbe, type Outcome, slug } from './draft.ts';
import { operands, option } from './flags.ts';
import { checkOf, onceDone, type Rule } from './rule.ts';
import { joinPath, type World } from './world.ts';

const valued = [
  '-t',
  '--topo',
  '--name',
  '-n',
  '--format',
  '-f',
  '--node-filter',
  '--timeout',
  '--label',
  '--cmd',
  '--log-level',
  '--vars',
  '--runtime',
  '--network',
  '--max-workers',
  '--export-template',
];

export const containerlab: Rule = (call, world) => {
  const [verb] = operands(call.args, valued);
  switch (verb) {
    case 'deploy':
    case 'redeploy':
      return deploy(call, world);
    case 'destroy': {
      const topology = topologyOf(call, world);
      const file = option(call.args, '-t', '--topo');
      return {
        kind: 'removes',
        things: [`containerlab/${topology?.name ?? (file === undefined ? '*' : nameOf(file))}`],
      };
    }
    case 'inspect':
      return inspect(call, world);
    case 'graph':
      return aside('serves a page until it is stopped; npx lab ui shows the lab');
    case 'version':
      return checkOf(call, 'containerlab', 'containerlab answers');
    case 'tools':
    case 'exec':
    case 'save':
      return onceDone(call, slug(`containerlab ${verb}`), `containerlab ${call.args.join(' ')}`);
    default:
      return undefined;
  }
};

const nameOf = (file: string): string => file.replace(/^.*\//, '').replace(/\.clab\.ya?ml$|\.ya?ml$/, '');

/** The one it names; when there is only one, that is meant whatever the text calls it. */
const topologyOf = (call: Call, world: World): Topology | undefined => {
  const named = option(call.args, '-t', '--topo') ?? operands(call.args, valued)[1];
  const { topologies } = world;
  const [only] = topologies;
  if (named === undefined)
    return (
      topologies.find(
        ({ path }) =>
          !joinPath('', path)
            .replace(world.cwd === '' ? '' : `${world.cwd}/`, '')
            .includes('/'),
      ) ?? (topologies.length === 1 ? only : undefined)
    );
  const found =
    topologies.find(({ path }) => path === world.pathInLab(named)) ??
    topologies.find(
      ({ path }) => path.endsWith(`/${named}`) || path.replace(/^.*\//, '') === named.replace(/^.*\//, ''),
    );
  if (found !== undefined || topologies.length !== 1) return found;
  world.note(`the text names ${named}; the topology that was given is ${only?.file}`);
  return only;
};

const deploy = (call: Call, world: World): Outcome => {
  const topology = topologyOf(call, world);
  if (topology?.nodes.some(isMade) && world.known.steps.has('containerlab.deploy')) return deployed(topology, world);
  const file = option(call.args, '-t', '--topo') ?? operands(call.args, valued)[1];
  if (file === undefined || call.argv === undefined) {
    world.note('the topology was not given, and the command does not name it');
    return onceDone(call, 'containerlab', 'containerlab deploy');
  }
  const path = world.path(file);
  const clab = (...args: readonly string[]): readonly string[] => [...call.wrap, 'containerlab', ...args];
  world.note('with the topology among the files its nodes and cables would be proved one by one');
  return {
    kind: 'step',
    draft: {
      ...{ id: 'fabric', name: `Containerlab ${nameOf(file)}`, timeout: '20m', makes: `containerlab/${nameOf(file)}` },
      // Without the flag a node boots with what an earlier lab of that name left in its folder.
      action: { run: clab('deploy', '--topo', path, '--reconfigure') },
      // It ends with 1 when a node has no container.
      health: [
        commandProbe(clab('inspect', '--topo', path, '--format', 'json'), {
          name: 'containers of the topology',
          expect: 'exitCode == 0 && stdout.contains("running") && !stdout.contains("exited")',
          timeout: '30s',
          within: '2m',
        }),
      ],
      undo: {
        run: clab('destroy', '--topo', path, '--cleanup'),
        absent: [
          commandProbe(clab('inspect', '--topo', path, '--format', 'json'), {
            expect: '!stdout.contains("running")',
            timeout: '30s',
          }),
        ],
      },
    },
  };
};

/** The whole lab as its topology says. */
export const deployed = (topology: Topology, world: World): Outcome => {
  const { nodes, links, name } = topology;
  const folder = topology.path.includes('/') ? topology.path.replace(/\/[^/]*$/, '/') : '';
  const inLab = (path: string): string =>
    path.startsWith('/') ? path : `\${{ inputs.folder }}/${joinPath(folder, path)}`;
  const configs = nodes.flatMap(({ config }) => (config === undefined || /[:\n]/.test(config) ? [] : [inLab(config)]));
  const external = nodes.filter(isExternal).map(({ container }) => container);
  for (const { container } of nodes) world.containers.add(container);
  return {
    kind: 'step',
    draft: {
      ...{ id: 'fabric', name: `Containerlab ${name}`, timeout: '20m', makes: `containerlab/${name}` },
      action: {
        uses: 'containerlab.deploy',
        with: {
          ...{ lab: name, topology: `\${{ inputs.folder }}/${topology.path}` },
          nodes: nodes.filter(isMade).map(({ container }) => container),
          ...(external.length > 0 && { external }),
          ...(links.length > 0 && { links }),
          ...(configs.length > 0 && { configs: [...new Set(configs)] }),
        },
      },
    },
  };
};

const inspect = (call: Call, world: World): Outcome => {
  const topology = topologyOf(call, world);
  const containers = topology?.nodes.filter(isMade).map(({ container }) => container) ?? [];
  if (topology === undefined || containers.length === 0 || !world.known.probes.has('docker.containers'))
    return checkOf(call, 'containers', 'Containers of the lab');
  return {
    kind: 'check',
    draft: {
      id: 'containers',
      name: `Containers of ${topology.name} run`,
      health: [{ probe: 'docker.containers', names: containers }],
    },
  };
};
