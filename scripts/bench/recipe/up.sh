#!/bin/bash
# up.sh parallel|serial DIR [WORKERS]: builds the lab from the files `lab render --variant frr-netns --out DIR` wrote, as a person would
# by script: nothing is recorded, proved or resumed. Ends when every client got HTTP 200 (1 when that takes a minute), prints the
# seconds, and takes everything down. "parallel" uses batches and WORKERS (usually 2) routers at a time; "serial" is a process for
# each command, one after the other. As root; FRR, nginx, iptables and curl have to be there.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin
self=$(realpath "$0") lab=/run/lab

# $1: a namespace; the rest runs in it.
within() { local name=$1; shift; nsenter --net="/run/netns/$name" "$@"; }

# Kernel settings come first: they count when a link goes up.
dress() {
  if [ "$mode" = parallel ]; then
    within "$1" sh -c 'sysctl -q -p "$1/sysctl.conf"; exec ip -batch "$1/ip.batch"' sh "$lab/$1"
    return
  fi
  while read -r key _ value; do [ -z "$key" ] || ip netns exec "$1" sysctl -q -w "$key=$value"; done <"$lab/$1/sysctl.conf"
  one_by_one "$lab/$1/ip.batch" -n "$1"
}

# $1: a batch; the rest stands before each of its lines.
one_by_one() {
  local file=$1 words; shift
  while read -r -a words; do [ ${#words[@]} -eq 0 ] || ip "$@" "${words[@]}"; done <"$file"
}

# $1: a router, $2: its daemon; the rest are options of its own.
daemon() {
  local at=$lab/$1 program=$2; shift 2
  "/usr/lib/frr/$program" -d -u frr -g frr --vty_socket "$at" -P 0 --log "file:$at/frr.log" -i "$at/$program.pid" \
    -f "$at/$program.conf" "$@"
}

# The daemons of a leaf find only its tenant in /run/netns, under the name of the VRF.
leaf_daemons() {
  mkdir -p "$lab/$1/netns"; : >"$lab/$1/netns/ip-vrf-1"
  mount --bind "/run/netns/$1-vrf" "$lab/$1/netns/ip-vrf-1"
  mount --rbind "$lab/$1/netns" /run/netns
  daemon "$1" zebra -n -z "$lab/$1/zserv.api"
  daemon "$1" bgpd -z "$lab/$1/zserv.api"
}

device() {
  local name=$1 at=$lab/$1
  dress "$name"
  [ ! -d "$at-vrf" ] || dress "$name-vrf"
  [ ! -e "$at/bgpd.conf" ] || chown frr:frr "$at"
  if [ -d "$at-vrf" ]; then
    within "$name" unshare --mount --propagation private "$self" leaf-daemons "$name"
  elif [ -e "$at/zebra.conf" ]; then
    within "$name" "$self" daemon "$name" zebra -z "$at/zserv.api"
    within "$name" "$self" daemon "$name" bgpd -z "$at/zserv.api"
  elif [ -e "$at/bgpd.conf" ]; then
    within "$name" "$self" daemon "$name" bgpd -Z -n
    within "$name" iptables-restore "$at/nat.rules"
  elif [ -e "$at/nginx.conf" ]; then
    within "$name" nginx -e error.log -p "$at/" -c nginx.conf
  fi
}

answers() {
  local limit=$((SECONDS + 60))
  until [ "$(within "$1" curl --silent --max-time 1 --output /dev/null --write-out '%{http_code}' "$2")" = 200 ]; do
    [ $SECONDS -lt $limit ] || { echo "$1 gets no answer" >&2; return 1; }
    sleep 0.02
  done
}

build() {
  mount -t tmpfs -o mode=755 lab /run
  mkdir -p /run/netns /run/lock
  cp -r "$1" $lab
  ip link set lo up
  local batch each jobs=() devices=() service
  for batch in namespaces links; do
    if [ "$mode" = parallel ]; then ip -batch "$lab/$batch.batch"; else one_by_one "$lab/$batch.batch"; fi
  done
  # Routers first: what converges longest is to start first.
  for each in $lab/spine* $lab/leaf* $lab/*/; do
    each=$(basename "$each")
    case " ${devices[*]} " in *" $each "*) continue ;; esac
    case $each in *-vrf) ;; *) devices+=("$each") ;; esac
  done
  if [ "$mode" = parallel ]; then
    printf '%s\n' "${devices[@]}" | xargs -P "$2" -I{} "$self" device {}
  else
    for each in "${devices[@]}"; do device "$each"; done
  fi
  service=$(sed -n 's|^ *network \([0-9.]*\)/32.*|\1|p' $lab/cluster1/bgpd.conf | head -1)
  for each in $lab/client*; do answers "$(basename "$each")" "http://$service/" & jobs+=($!); done
  for each in "${jobs[@]}"; do wait "$each"; done
}

export mode=${mode:-$1}
case $1 in
  parallel | serial)
    began=$(date +%s%N)
    # Everything ends with the first process in it.
    unshare --net --mount --pid --fork --kill-child --mount-proc --propagation private "$self" build "$(realpath "$2")" "${3:-2}"
    took=$((($(date +%s%N) - began) / 1000000))
    printf '%s: %d.%03d s to the last answer\n' "$1" $((took / 1000)) $((took % 1000))
    ;;
  build) build "$2" "$3" ;;
  device) device "$2" ;;
  daemon) shift; daemon "$@" ;;
  leaf-daemons) leaf_daemons "$2" ;;
  *) echo "usage: up.sh parallel|serial DIR [WORKERS]" >&2; exit 2 ;;
esac
