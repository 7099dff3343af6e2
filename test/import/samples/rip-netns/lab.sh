#!/bin/bash
# RIP between four routers in a row, and a host at each end
if [ "$EUID" -ne 0 ]; then echo "root, please"; exit 1; fi

link() {
  local a=$1 b=$2 ia=$3 ib=$4
  ip link add $ia type veth peer name $ib
  ip link set $ia netns $a
  ip link set $ib netns $b
  ip netns exec $a ip link set $ia up
  ip netns exec $b ip link set $ib up
}

case_note="four routers"

for ns in r1 r2 r3 r4 h1 h2; do
  ip netns add $ns
  ip netns exec $ns ip link set lo up
done

link r1 r2 r1-r2 r2-r1
link r2 r3 r2-r3 r3-r2
link r3 r4 r3-r4 r4-r3
link h1 r1 h1-r1 r1-h1
link h2 r4 h2-r4 r4-h2

ip netns exec r1 ip addr add 10.0.12.1/24 dev r1-r2
ip netns exec r2 ip addr add 10.0.12.2/24 dev r2-r1
ip netns exec r2 ip addr add 10.0.23.2/24 dev r2-r3
ip netns exec r3 ip addr add 10.0.23.3/24 dev r3-r2
ip netns exec r3 ip addr add 10.0.34.3/24 dev r3-r4
ip netns exec r4 ip addr add 10.0.34.4/24 dev r4-r3
ip -n h1 addr add 10.1.0.10/24 dev h1-r1
ip -n r1 addr add 10.1.0.1/24 dev r1-h1
ip -n h2 addr add 10.4.0.10/24 dev h2-r4
ip -n r4 addr add 10.4.0.1/24 dev r4-h2
ip netns exec h1 ip route add default via 10.1.0.1
ip netns exec h2 ip route add default via 10.4.0.1

for r in r1 r2 r3 r4; do
  ip netns exec $r sysctl -w net.ipv4.ip_forward=1
  mkdir -p /tmp/rip/$r
  ip netns exec $r zebra -d -f $r/zebra.conf -i /tmp/rip/$r/zebra.pid -z /tmp/rip/$r/zebra.sock
  ip netns exec $r ripd -d -f $r/ripd.conf -i /tmp/rip/$r/ripd.pid -z /tmp/rip/$r/zebra.sock
done
sleep 30
