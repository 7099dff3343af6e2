// Stand-in for docker: images, containers, networks, commands inside containers, and sniffers that share a container's network.
// Where its answers are from: sources.mjs.
import { execute } from './inside.mjs';
import { nextId, parseFlags } from './world.mjs';

const inspect = (world, names) => {
  const found = names.filter((name) => world.containers[name]);
  const missing = names.find((name) => !world.containers[name]);
  const list = found.map((name) => {
    const { id, running, status, labels, networks } = world.containers[name];
    const addresses = Object.fromEntries(
      Object.entries(networks ?? {}).map(([network, IPAddress]) => [network, { IPAddress }]),
    );
    return {
      Id: id,
      Name: `/${name}`,
      State: { Status: status, Running: running, ExitCode: 0 },
      Config: { Labels: labels },
      NetworkSettings: { Networks: addresses },
    };
  });
  const err = missing === undefined ? {} : { code: 1, err: `Error: No such object: ${missing}` };
  return { out: JSON.stringify(list), ...err };
};

const networks = (world, [verb, ...rest], flags) => {
  const all = Object.entries(world.networks).map(([name, each]) => ({ name, labels: {}, ...each }));
  if (verb === 'ls') {
    const filter = flags['--filter']?.[0];
    const found = all.filter(({ labels }) => filter === undefined || carries(labels, filter));
    return { out: found.map(({ id, name }) => ('--format' in flags ? name : id.slice(0, 12))).join('\n') };
  }
  if (verb === 'rm') return takeAway(world.networks, rest);
  const found = all.filter(({ id, name }) => rest.includes(name) || rest.includes(id.slice(0, 12)));
  const list = found.map(({ id, name, subnet, labels }) => ({
    Id: id,
    Name: name,
    Labels: labels,
    Options: {},
    IPAM: { Config: subnet === undefined ? [] : [{ Subnet: subnet, Gateway: subnet.replace(/\.0\/\d+$/, '.1') }] },
  }));
  const missing = rest.find((asked) => !found.some(({ id, name }) => asked === name || asked === id.slice(0, 12)));
  const failure = missing === undefined ? {} : { code: 1, err: `Error: No such network: ${missing}` };
  return { out: JSON.stringify(list), ...failure };
};

const carries = (labels, filter) => {
  const [, key, value] = /^label=([^=]+)(?:=(.*))?$/.exec(filter) ?? [];
  return labels?.[key] !== undefined && (value === undefined || labels[key] === value);
};
const list = (things, filter) => ({
  out: Object.entries(things)
    .filter(([, { labels }]) => carries(labels, filter))
    .map(([name]) => name)
    .join('\n'),
});
/** A container that is not there is told, and with --force is no error; a network or volume that is not there is one. */
const takeAway = (things, names, what = 'network') => {
  const missing = names.find((name) => !things[name]);
  const there = names.filter((name) => things[name]);
  for (const name of names) delete things[name];
  const failure =
    missing === undefined ? {} : { code: what === 'container' ? 0 : 1, err: `Error: No such ${what}: ${missing}` };
  return { out: there.join('\n'), ...failure };
};
const volumes = (world, [verb, ...rest], flags) =>
  verb === 'rm' ? takeAway(world.volumes, rest, 'volume') : list(world.volumes, flags['--filter'][0]);

const inside = (world, rest, input) => {
  const [name, ...argv] = rest;
  const container = world.containers[name];
  if (!container) return { code: 1, err: `Error: No such container: ${name}` };
  if (!container.running)
    return { code: 1, err: `Error response from daemon: Container ${container.id} is not running` };
  return execute(world, name, argv, input);
};

const startSniffer = (world, flags, rest) => {
  const id = nextId(world);
  const target = flags['--network'][0].replace('container:', '');
  if (!world.containers[target]?.running)
    return { code: 125, err: `docker: Error response from daemon: No such container: ${target}.` };
  const port = rest[rest.indexOf('-i') + 1];
  const [key, value = ''] = flags['--label'][0].split('=');
  world.containers[id] = {
    id,
    running: true,
    status: 'running',
    labels: { [key]: value },
    sniffer: { target, interface: port, lines: [] },
  };
  return { out: id };
};

const stop = (world, name, status) => {
  const container = world.containers[name];
  if (!container) return { code: 1, err: `Error response from daemon: No such container: ${name}` };
  container.running = false;
  container.status = status;
  // The cables of a container that stops go with it, on both sides.
  for (const { links } of Object.values(world.labs))
    for (const ends of links.filter((each) => each.some((end) => end.startsWith(`${name}:`))))
      for (const end of ends) delete world.containers[end.split(':')[0]]?.interfaces?.[end.split(':')[1]];
  return { out: name };
};

const restart = (world, name) => {
  stop(world, name, 'exited');
  Object.assign(world.containers[name], { running: true, status: 'running' });
  return { out: name };
};

const logs = (world, id) => {
  const container = world.containers[id];
  return {
    out: container.sniffer.lines.join('\n'),
    err: `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ${container.sniffer.interface}, link-type EN10MB (Ethernet), snapshot length 262144 bytes`,
  };
};

const hasImage = (world, [, image]) =>
  world.images.includes(image) ? { out: 'sha256:0' } : { code: 1, out: '[]', err: `Error: No such image: ${image}` };

const pull = (world, [image]) => {
  world.images.push(image);
  return { out: `Status: Downloaded newer image for ${image}` };
};

const terminal = ['-i', '--interactive', '--tty'];

const commands = {
  '--version': ({ versions }) => ({ out: `Docker version ${versions.docker}+dfsg1, build 297e128` }),
  version: ({ versions }) => ({ out: `${versions.docker}+dfsg1` }),
  exec: (world, { args, input }) => {
    const start = args.findIndex((arg) => !terminal.includes(arg));
    return inside(world, args.slice(start), input);
  },
  run: (world, { args }) => {
    const at = args.indexOf('--entrypoint');
    const { flags } = parseFlags(args.slice(0, at), {
      valued: ['--label', '--network', '--cap-add'],
      plain: ['--detach'],
    });
    return startSniffer(world, flags, args.slice(at + 3));
  },
  image: (world, { rest }) => hasImage(world, rest),
  pull: (world, { rest }) => pull(world, rest),
  inspect: (world, { rest }) => inspect(world, rest),
  network: (world, { rest, flags }) => networks(world, rest, flags),
  volume: (world, { rest, flags }) => volumes(world, rest, flags),
  ps: (world, { flags }) => list(world.containers, flags['--filter'][0]),
  logs: (world, { rest }) => logs(world, rest[0]),
  stop: (world, { rest }) => stop(world, rest[0], 'exited'),
  kill: (world, { rest }) => stop(world, rest[0], 'exited'),
  restart: (world, { rest }) => restart(world, rest[0]),
  wait: () => ({ out: '0' }),
  rm: (world, { rest }) => takeAway(world.containers, rest, 'container'),
};

const known = {
  valued: ['--type', '--filter', '--format', '--signal'],
  plain: ['-a', '--all', '-q', '--force', '--volumes'],
};
/** Whose arguments belong to somebody else from some point on. */
const passing = ['exec', 'run'];

export const docker = (world, [command, ...args], { input }) => {
  const work = commands[command];
  if (!work) return { code: 1, err: `docker: '${command}' is not a docker command.` };
  return work(world, { args, input, ...(passing.includes(command) ? {} : parseFlags(args, known)) });
};
