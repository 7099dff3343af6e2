#!/bin/bash
# Everything, one after the other
set -e
. ./env.sh

./01-cluster.sh
./02-metallb.sh

# Test
for i in $(seq 1 10); do curl -s http://$LB; done
