// Commands inside containers of the stand-in world: ip, sysctl, iptables, curl, ping, and a router's command line.
import { advance, podsOf } from './cluster.mjs';
import { routesOf, tenantSessions } from './fabric-state.mjs';
import { restore, save } from './iptables.mjs';
import { sources } from './sources.mjs';
import { srCli } from './sr-cli.mjs';
import { now } from './world.mjs';

export const execute = (world, name, argv, input) => {
  const container = world.containers[name];
  const [command, ...args] = argv;
  // A program of which nobody said where its answers are from is not installed.
  if (!Object.hasOwn(sources['docker exec'], command)) return notInstalled(command);
  switch (command) {
    case 'ls':
      return list(container, args[0]);
    case 'ip':
      return ip(container, args);
    case 'cat':
    case 'tee':
      return setting(container, command, args[0], input);
    case 'sr_cli':
      return srCli(world, name, args.filter((arg) => arg !== '--').join(' '));
    case 'curl':
      return curl(world, name, args);
    case 'ping':
      return { code: container.interfaces.eth1?.addresses.length > 0 ? 0 : 1, out: '1 packets transmitted' };
    case 'echo':
      return { out: args.join(' ') };
    default:
      return iptables(world, { container, command, input });
  }
};

/** Docker prints it where the command would have printed. */
const notInstalled = (command) => ({
  code: 126,
  out: `OCI runtime exec failed: exec failed: unable to start container process: exec: "${command}": executable file not found in $PATH: unknown`,
});

const list = ({ interfaces }, path) => {
  const port = path.replace(/^\/sys\/class\/net\/?/, '');
  if (port === '') return { out: ['lo', ...Object.keys(interfaces)].join('\n') };
  return interfaces[port] ? { out: path } : { code: 2, err: `ls: cannot access '${path}': No such file or directory` };
};

const ip = (container, args) => {
  const [object, verb, ...rest] = args;
  const device = rest[rest.indexOf('dev') + 1];
  const port = container.interfaces[device];
  if (rest.includes('dev') && !port) return { code: 1, err: `Device "${device}" does not exist.` };
  if (object === 'address' && verb === 'show') return { out: shown(device, port) };
  if (object === 'route' && verb === 'show')
    return { out: container.routes.map((route) => `${route.to} via ${route.via} dev ${route.device} `).join('\n') };
  if (object === 'neigh') return { out: `${rest[0]} dev eth1 lladdr ${gatewayMac(rest[0])} REACHABLE` };
  if (object === 'link') port.up = true;
  if (object === 'address' && verb === 'replace') port.addresses = [rest[0]];
  if (object === 'route' && verb === 'replace') {
    const [to, , via] = rest;
    container.routes = [...container.routes.filter((route) => route.to !== to), { to, via, device }];
  }
  return {};
};

const gatewayMac = (address) => `00:00:5e:00:01:0${address.split('.')[2]}`;

const shown = (device, { up, addresses }) =>
  [
    `12: ${device}@if11: <BROADCAST,MULTICAST${up ? ',UP,LOWER_UP' : ''}> mtu 1500 qdisc noqueue state UP group default`,
    '    link/ether aa:c1:ab:00:00:01 brd ff:ff:ff:ff:ff:ff',
    ...addresses.map((address) => `    inet ${address} scope global ${device}`),
  ].join('\n');

/** Kernel settings as files below /proc/sys. */
const setting = (container, command, path, input) => {
  const key = path.replace('/proc/sys/', '').replaceAll('/', '.');
  if (container.sysctl[key] === undefined) return { code: 1, err: `${command}: ${path}: No such file or directory` };
  if (command === 'tee') container.sysctl[key] = input.trim();
  return { out: container.sysctl[key] };
};

const iptables = (world, { container, command, input }) => {
  const [, backend, verb] = /^(ip6?tables-(?:nft|legacy))-(save|restore)$/.exec(command) ?? [];
  // The rules are in one backend of one family; the others are there and empty.
  if (backend !== 'iptables-nft') return { out: '' };
  if (container.node) advance(world, container.node);
  return verb === 'save' ? { out: save(container) } : restore(container, input);
};

const curl = (world, client, args) => {
  const url = args.at(-1);
  const [, address, from, to] = /^https?:\/\/([\d.]+)[^[]*(?:\[(\d+)-(\d+)\])?/.exec(url) ?? [];
  const count = to === undefined ? 1 : Number(to) - Number(from) + 1;
  const servers = serversFor(world, client, address);
  if (servers.length === 0) return { code: 28, out: args.includes('-w') ? '000' : '', raw: true };
  const writesCode = args.some((arg) => ['-w', '--write-out'].includes(arg));
  const lines = Array.from({ length: count }, (_, at) => {
    const turn = world.serial + at;
    const server = servers[turn % servers.length];
    const entry = server.entries[Math.floor(turn / servers.length) % Math.max(1, server.entries.length)];
    seen(world, { client, server, entry, address });
    return `Server address: ${server.address}:80\nServer name: ${server.name}\nURI: /`;
  });
  world.serial += 1;
  const code = args.some((arg) => arg.includes('%{http_code}\\n')) ? '200\n' : '200';
  return { out: writesCode ? lines.map(() => code).join('') : lines.join('\n'), raw: writesCode };
};

/** The cluster whose load balancer gave out an address. */
const serving = (world, address) =>
  Object.values(world.clusters).find(({ leases }) => Object.values(leases).includes(address));

/** Pods that can answer a client: it has its address and route, its leaf knows the service, and the pods are up. */
const serversFor = (world, client, address) => {
  const container = world.containers[client];
  const hasRoute = container.routes.some((route) => route.to === 'default' && route.device === 'eth1');
  const lab = Object.values(world.labs).find(({ links }) => links.flat().includes(`${client}:eth1`));
  const ends = lab?.links.find((each) => each.includes(`${client}:eth1`));
  const leaf = ends?.find((end) => !end.startsWith(`${client}:`))?.split(':')[0];
  if (!hasRoute || !container.interfaces.eth1?.addresses.length || leaf === undefined) return [];
  const route = routesOf(world, leaf, 'ip-vrf-1').find((each) => each.prefix === `${address}/32` && each.active);
  if (!route) return [];
  const cluster = serving(world, address);
  const deployment = Object.values(cluster.applied).find(({ kind }) => kind === 'Deployment');
  const pods = podsOf(cluster, deployment?.metadata.name).filter((pod) => pod.ready);
  const entries = tenantSessions(world).filter(
    ({ address: node, leaf: own }) => route.nextHops.includes(node) || own !== leaf,
  );
  // Which node a request comes in at is the fabric's choice, which pod answers is that node's.
  return pods.map((pod) => ({ ...pod, entries: entries.map(({ node }) => node) }));
};

/** The device whose address stands in for clients: the one that is named; else the only one there is, which old agents did not see. */
const hidingDevice = ({ cilium }) => {
  const { devices, 'direct-routing-device': named } = cilium?.config ?? {};
  return named ?? (Number(cilium?.version.split('.')[1]) >= 17 ? devices : 'eth0');
};

/** What sniffers see of one request: both ways on fabric interfaces, and the way back over docker when nodes hide clients badly. */
const seen = (world, { client, server, entry, address }) => {
  const time = new Date(now(world)).toISOString().slice(11, 23);
  const at = (container, port, line) => {
    for (const sniffer of Object.values(world.containers))
      if (sniffer.sniffer?.target === container && sniffer.sniffer.interface === port && sniffer.running)
        sniffer.sniffer.lines.push(`${time}000 IP ${line}`);
  };
  const from = world.containers[client].interfaces.eth1.addresses[0].split('/')[0];
  at(client, 'eth1', `${from}.40000 > ${address}.80: tcp 0`);
  at(client, 'eth1', `${address}.80 > ${from}.40000: tcp 215`);
  if (entry === undefined) return;
  at(entry, 'eth1', `${from}.40000 > ${address}.80: tcp 0`);
  if (entry === server.node) return;
  const inFabric = hidingDevice(serving(world, address)) === 'eth1';
  const hidden = world.containers[entry].interfaces[inFabric ? 'eth1' : 'eth0'].addresses[0].split('/')[0];
  at(server.node, 'eth1', `${hidden}.40240 > ${server.address}.80: tcp 0`);
  at(server.node, inFabric ? 'eth1' : 'eth0', `${server.address}.80 > ${hidden}.40240: tcp 215`);
};
