#!/bin/bash
# Brings the real programs that `npm run test:tools` runs: built with the Go command from its module proxy, and from Debian's packages.
# What was brought stays in a cache folder, $LAB_TOOLS or ~/.cache/lab-tools, and is not brought again. What can't be had is said and
# skipped, and so are the tests that need it. LAB_TOOLS_MINUTES (60) is how long it may take: what has not begun by then is skipped.
set -euo pipefail

containerlab=0.79.0     # current
containerlab_old=0.69.3 # before 0.70, where topologies and answers looked different
minikube=1.36.0

here=$(cd "$(dirname "$0")" && pwd)
cache=${LAB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/lab-tools}
until=$((SECONDS + 60 * ${LAB_TOOLS_MINUTES:-60}))
export GOFLAGS=-modcacherw GOWORK=off CGO_ENABLED=0
mkdir -p "$cache"
draft=$(mktemp -d "$cache/draft.XXXXXX")
trap 'rm -rf "$draft"' EXIT
trap 'exit 1' INT TERM

skip() { echo "prepare-tools: without $1: $2" >&2; }

# bring NAME VERSION FUNCTION: what FUNCTION puts into the folder it is called with, unless it is there.
bring() {
  local name=$1 version=$2 target="$cache/$1/$2"
  [ ! -e "$target" ] || return 0
  if [ "$SECONDS" -ge "$until" ]; then
    skip "$name $version" "no time is left (LAB_TOOLS_MINUTES)"
    return 0
  fi
  echo "prepare-tools: $name $version ..." >&2
  local started=$SECONDS
  mkdir -p "$draft/$name/$version/bin" "$cache/$name"
  # Not as a condition: bash would go on after what fails in there.
  set +e
  (set -e; "$3" "$draft/$name/$version/bin" "$version") >"$draft/log" 2>&1
  local code=$?
  set -e
  if [ "$code" -eq 0 ]; then
    mv "$draft/$name/$version" "$target"
    echo "prepare-tools: $name $version in $((SECONDS - started)) s" >&2
  else
    skip "$name $version" "$(grep -v '^go: downloading' "$draft/log" | tail -n 1)"
  fi
}

# The folder of a module at a release, which the Go command fetches and checks.
module() { go mod download -json "$1@v$2" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p' | grep .; }
build() { nice timeout "$((until > SECONDS ? until - SECONDS + 300 : 300))" go build -trimpath "$@"; }

build_containerlab() {
  local source="$draft/containerlab-$2"
  cp -r "$(module github.com/srl-labs/containerlab "$2")" "$source"
  cd "$source"
  # It demands that file, which a kernel without loadable modules has not; here it looks where the tests can put one.
  [ -e /proc/modules ] || sed -i 's#"/proc/modules"#"/run/modules"#' utils/kernel_module.go
  build -ldflags "-s -w -X github.com/srl-labs/containerlab/cmd.Version=$2 -X github.com/srl-labs/containerlab/cmd/version.Version=$2" \
    -o "$1/containerlab" .
}

build_minikube() { cd "$(module k8s.io/minikube "$2")" && build -ldflags "-s -w -X k8s.io/minikube/pkg/version.version=v$2" -o "$1/" ./cmd/minikube; }

# Docker's engine, unpacked and not installed: no service of theirs starts, and the machine's own stay as they are.
unpack_debian() {
  mkdir -p "$draft/packages"
  cd "$draft/packages"
  if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$cache" "$draft" .
    apt-get update -q
  fi
  apt-get download -q docker.io containerd runc tini
  for package in *.deb; do dpkg-deb --extract "$package" "$draft/root"; done
  cp "$draft"/root/usr/bin/{containerd,containerd-shim-runc-v2,ctr,docker-init,docker} "$draft"/root/usr/sbin/{dockerd,docker-proxy,runc} "$1/"
  local lacks
  lacks=$({ ldd "$1"/* 2>/dev/null || true; } | sed -n 's/^\s*\(\S*\) => not found/\1/p' | sort -u | tr '\n' ' ')
  [ -z "$lacks" ] || { echo "libraries are missing: $lacks"; return 1; }
}

router_image() { "$here/build-router-image.sh" "$1/../router.tar"; }

if command -v apt-get >/dev/null; then
  bring debian "$(. /etc/os-release && echo "${VERSION_CODENAME:-none}")" unpack_debian
  if [ "$(id -u)" -eq 0 ]; then bring router-image debian router_image; else skip 'an image of routers' 'it takes root'; fi
else
  skip "Docker's engine and an image of routers" "they come from Debian's packages, and there is no apt-get"
fi
if command -v go >/dev/null; then
  bring containerlab "$containerlab" build_containerlab
  bring containerlab "$containerlab_old" build_containerlab
  bring minikube "$minikube" build_minikube
else
  skip 'containerlab and minikube' 'they are built with Go, and there is no go'
fi
