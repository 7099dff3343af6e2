// Stand-in for containerlab: reads a topology, makes containers and cables, tells of them in the shapes of its releases.
// Read in srl-labs/containerlab at v0.48.6, v0.70.2 and v0.79.0: cmd/deploy.go, cmd/inspect.go, core/deploy.go, core/list.go, core/config.go,
// nodes/ext_container/ext_container.go, nodes/srl/srl.go; by command in sources.mjs.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { nextId, now, parseFlags } from './world.mjs';

const isAtLeast = ({ versions }, least) => Number(versions.containerlab.split('.')[1]) >= Number(least.split('.')[1]);

const read = (path) => ({ path, topology: parse(readFileSync(path, 'utf8')) });
const isOwn = (node) => node.kind !== 'ext-container';

const deploy = (world, lab, { half, reconfigure }) => {
  const { path, topology } = lab;
  const nodes = Object.entries(topology.topology.nodes);
  const refusal = refuse(world, nodes, reconfigure);
  if (refusal) return refusal;
  if (reconfigure) {
    destroy(world, topology.name);
    delete world.folders[topology.name];
  }
  const made = half ? nodes.slice(0, Math.ceil(nodes.length / 2)) : nodes;
  for (const [name, node] of made) if (isOwn(node)) make(world, topology, { name, node, path });
  if (!half) return finish(world, lab, nodes);
  world.labs[topology.name] = { path, links: [] };
  return { code: 1, err: 'ERRO failed deploy stage' };
};

const refuse = (world, nodes, reconfigure) => {
  const external = nodes.find(([name, node]) => !isOwn(node) && !world.containers[name]?.running);
  if (external) return { code: 1, err: `ERRO failed to wait for external container "${external[0]}"` };
  const there = nodes.find(([name, node]) => isOwn(node) && world.containers[name]);
  if (there && !reconfigure && !isAtLeast(world, '0.78'))
    return { code: 1, err: `Error: containers ["${there[0]}"] already exist` };
  return undefined;
};

const finish = (world, { path, topology }, nodes) => {
  const links = topology.topology.links.map(({ endpoints }) => endpoints);
  world.labs[topology.name] = { path, at: now(world), links };
  world.networks.clab ??= { id: nextId(world), subnet: '172.20.20.0/24' };
  for (const ends of links) plug(world, ...ends);
  for (const [name, node] of nodes) for (const command of node.exec ?? []) configure(world.containers[name], command);
  return { out: '+---+' };
};

const make = (world, topology, { name, node, path }) => {
  if (world.containers[name]?.running) return;
  world.containers[name] = {
    id: nextId(world),
    running: true,
    status: 'running',
    labels: { containerlab: topology.name, 'clab-node-name': name, 'clab-node-kind': node.kind },
    networks: { clab: `172.20.20.${world.serial % 250}` },
    interfaces: { eth0: { up: true, addresses: [] } },
    routes: [{ to: 'default', via: '172.20.20.1', device: 'eth0' }],
    sysctl: {},
    rules: {},
    config:
      node['startup-config'] &&
      savedConfig(world, topology.name, { name, path: resolve(dirname(path), node['startup-config']) }),
    bootedAt: now(world),
  };
};

/**
 * What a router boots with: its startup configuration, or what an earlier lab of that name left in the folder of the lab, if anything did
 * (nodes/srl/srl.go PostDeploy at v0.48.6, v0.70.2 and v0.79.0 returns when config/config.json is there).
 */
const savedConfig = (world, lab, { name, path }) => {
  world.folders[lab] ??= {};
  world.folders[lab][name] ??= readFileSync(path, 'utf8');
  return world.folders[lab][name];
};

const plug = (world, ...ends) => {
  for (const end of ends) {
    const [name, port] = end.split(':');
    world.containers[name].interfaces[port] ??= { up: true, addresses: [], at: now(world) };
  }
};

/** The lines of `exec` that the lab uses; a command that fails is only logged by the real one too. */
const configure = (container, command) => {
  const [, address] = /^ip address replace (\S+) dev eth1$/.exec(command) ?? [];
  if (address) container.interfaces.eth1.addresses = [address];
  const [, to, via] = /^ip route replace (\S+) via (\S+)/.exec(command) ?? [];
  if (to) container.routes = [...container.routes.filter((route) => route.to !== to), { to, via, device: 'eth1' }];
};

const destroy = (world, lab, half = false) => {
  if (half) {
    const own = Object.keys(world.containers).filter((name) => world.containers[name].labels.containerlab === lab);
    for (const name of own.slice(0, Math.ceil(own.length / 2))) delete world.containers[name];
    return { code: 1, err: `Error: could not remove container ${own.at(-1)}: context deadline exceeded` };
  }
  for (const [name, container] of Object.entries(world.containers))
    if (container.labels.containerlab === lab) delete world.containers[name];
  for (const ends of world.labs[lab]?.links ?? [])
    for (const end of ends) delete world.containers[end.split(':')[0]]?.interfaces[end.split(':')[1]];
  delete world.labs[lab];
  delete world.networks.clab;
  return { err: `INFO Destroying lab name=${lab}` };
};

/**
 * With a topology it asks for each node in turn and gives up at the first that has no container (core/list.go ListNodesContainers, the same in
 * all three releases). Entries of ext-containers get the label of their kind and no other, so `lab_name` is omitted; from 0.68 on they are under
 * `_unknown_lab_` (cmd/inspect.go), before in the one list `containers`.
 */
const inspect = (world, topology) => {
  const nodes = Object.entries(topology.topology.nodes);
  const missing = nodes.find(([name]) => !world.containers[name]);
  if (missing) {
    const what = isAtLeast(world, '0.70') ? 'failed to list containers based on topology' : 'failed to list containers';
    return { code: 1, err: `Error: ${what}: could not get container for node ${missing[0]}: container not found` };
  }
  const list = nodes.map(([name, { kind }]) => ({
    ...(kind !== 'ext-container' && { lab_name: topology.name }),
    name,
    container_id: world.containers[name].id.slice(0, 12),
    image: 'image',
    kind,
    state: world.containers[name].status,
  }));
  if (!isAtLeast(world, '0.68')) return { out: JSON.stringify({ containers: list }) };
  const groups = {};
  for (const each of list) {
    const key = each.lab_name ?? '_unknown_lab_';
    groups[key] = [...(groups[key] ?? []), each];
  }
  return { out: JSON.stringify(groups) };
};

const banner =
  '                           _                   _       _\n                 _        (_)                 | |     | |\n';
const version = ({ versions: { containerlab: own } }) => ({
  out: `${banner}\n    version: ${own}\n     commit: 6ddb4c2a\n       date: 2026-01-05T10:15:20Z\n     source: https://github.com/srl-labs/containerlab\n rel. notes: https://containerlab.dev/rn/${own.split('.').slice(0, 2).join('.')}/`,
});

const known = { valued: ['-t', '-f', '-a', '-b', '-m', '--name'], plain: ['--reconfigure', '--cleanup'] };

export const containerlab = (world, args, { half, cwd }) => {
  const { flags, rest } = parseFlags(args, known);
  const [command] = rest;
  if (command === 'version') return version(world);
  const file = flags['-t']?.[0];
  const lab = file === undefined ? undefined : read(resolve(cwd, file));
  if (command === 'deploy') return deploy(world, lab, { half, reconfigure: '--reconfigure' in flags });
  if (command === 'destroy') {
    const name = lab?.topology.name ?? flags['--name'][0];
    if ('--cleanup' in flags && !half) delete world.folders[name];
    return destroy(world, name, half);
  }
  if (command === 'inspect') return inspect(world, lab.topology);
  if (rest.join(' ') === 'tools veth create') {
    plug(world, flags['-a'][0], flags['-b'][0]);
    return { err: 'INFO veth interface successfully created!' };
  }
  return { code: 1, err: `Error: unknown command "${command}" for "containerlab"` };
};
