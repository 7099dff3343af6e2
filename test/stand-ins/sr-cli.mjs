// Stand-in for SR Linux's command line, as far as the lab asks: `info from state PATH | as json`. Where its answers are from: sources.mjs.
import { neighborsOf, routesOf, tunnelEnds } from './fabric-state.mjs';

export const srCli = (world, name, command) => {
  const [, path] = /^info from state (.*) \| as json$/.exec(command) ?? [];
  if (path === undefined) return { code: 1, err: `Error: Unknown command ${command}` };
  const [, instance] = /^network-instance (\S+) /.exec(path) ?? [];
  if (/ protocols bgp neighbor \*$/.test(path)) {
    const list = neighborsOf(world, name, instance);
    return list.length === 0
      ? { out: '{}' }
      : json({ 'network-instance': [{ name: instance, protocols: { bgp: { neighbor: list } } }] });
  }
  if (/ route-table$/.test(path)) return json(table(instance, routesOf(world, name, instance)));
  if (path === 'tunnel vxlan-tunnel vtep *')
    return json({ tunnel: { 'vxlan-tunnel': { vtep: tunnelEnds(world, name).map((address) => ({ address })) } } });
  return { out: '{}' };
};

const json = (value) => ({ out: JSON.stringify(value, null, 2) });

/** Routes refer to groups of next hops, and groups to next hops, each by an index of its own. */
const table = (instance, routes) => {
  const addresses = [...new Set(routes.flatMap(({ nextHops }) => nextHops))];
  const index = (address) => String(5000 + addresses.indexOf(address));
  return {
    'network-instance': [
      {
        name: instance,
        'route-table': {
          'ipv4-unicast': {
            route: routes.map(({ prefix, type, preference, active }, at) => ({
              'ipv4-prefix': prefix,
              'route-type': `srl_nokia-common:${type}`,
              preference,
              active,
              'next-hop-group': String(9000 + at),
            })),
          },
          'next-hop-group': routes.map(({ nextHops }, at) => ({
            index: String(9000 + at),
            'next-hop': nextHops.map((address, id) => ({ id, 'next-hop': index(address) })),
          })),
          'next-hop': addresses.map((address) => ({ index: index(address), 'ip-address': address })),
        },
      },
    ],
  };
};
