// What can break in the embedded lab: where, by which script, and what a person would call it.
const routers = ['spine1', 'spine2', 'leaf1', 'leaf2', 'leaf3', 'leaf4'];
const hosts = ['client1', 'client2', 'client3', 'client4'];

export const damages = {
  daemon: (pick) => {
    const place = pick(routers);
    const daemon = pick(['bgpd', 'zebra']);
    return { place, script: `kill -KILL "$(cat /run/lab/${place}/${daemon}.pid)"`, what: `${daemon} of ${place}` };
  },
  link: (pick) => {
    const place = pick([...routers, ...hosts]);
    const script = `ip link del "$(ip -o link | sed -nE 's/^[0-9]+: ([^@:]+)@.*link-netns.*/\\1/p' | head -1)"`;
    return { place, script, what: `a link of ${place}` };
  },
  address: (pick) => {
    const place = pick(hosts);
    return { place, script: 'ip addr flush dev eth1', what: `the address of ${place}` };
  },
  namespace: (pick) => {
    const place = pick([...routers, ...hosts]);
    return { place, script: `ip netns del ${place}`, what: `the namespace of ${place}` };
  },
};
