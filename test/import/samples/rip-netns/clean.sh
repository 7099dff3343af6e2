#!/bin/bash
killall zebra ripd
for ns in r1 r2 r3 r4 h1 h2; do ip netns del $ns; done
rm -rf /tmp/rip
