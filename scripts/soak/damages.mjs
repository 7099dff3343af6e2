// What can break in the embedded lab: where, by which script, and what a person would call it.
const nodes = ['cluster1', 'cluster1-m02', 'cluster1-m03'];
const pods = ['pod1-1', 'pod2-1', 'pod3-1'];
const routers = ['spine1', 'spine2', 'leaf1', 'leaf2', 'leaf3', 'leaf4'];
const hosts = ['client1', 'client2', 'client3', 'client4'];

export const damages = {
  daemon: (pick) => {
    const place = pick(routers);
    const daemon = pick(['bgpd', 'zebra']);
    return { place, script: `kill -KILL "$(cat /run/lab/${place}/${daemon}.pid)"`, what: `${daemon} of ${place}` };
  },
  bgpd: (pick) => {
    const place = pick(nodes);
    return { place, script: `kill -KILL "$(cat /run/lab/${place}/bgpd.pid)"`, what: `bgpd of ${place}` };
  },
  server: (pick) => {
    const place = pick(pods);
    return { place, script: `kill -KILL "$(cat /run/lab/${place}/nginx.pid)"`, what: `nginx of ${place}` };
  },
  rules: (pick) => {
    const place = pick(nodes);
    return { place, script: 'iptables -t nat -F', what: `the NAT rules of ${place}` };
  },
  tunnel: (pick) => {
    const place = `${pick(routers.slice(2))}-vrf`;
    return { place, script: 'ip link del vxlan1111', what: `the tunnel of ${place}` };
  },
  link: (pick) => {
    const place = pick([...routers, ...hosts, ...nodes, ...pods]);
    const script = `ip link del "$(ip -o link | sed -nE 's/^[0-9]+: ([^@:]+)@.*link-netns.*/\\1/p' | head -1)"`;
    return { place, script, what: `a link of ${place}` };
  },
  address: (pick) => {
    const place = pick(hosts);
    return { place, script: 'ip addr flush dev eth1', what: `the address of ${place}` };
  },
  // All but the first, which holds the namespaces.
  processes: () => ({ place: 'client1', script: 'kill -KILL -1', what: 'every process in the capsule' }),
  namespace: (pick) => {
    const place = pick([...routers, ...routers.slice(2).map((leaf) => `${leaf}-vrf`), ...hosts, ...nodes, ...pods]);
    return { place, script: `ip netns del ${place}`, what: `the namespace of ${place}` };
  },
};
