#!/bin/bash
# Brings the real programs that `npm run test:tools` runs: built with the Go command from its module proxy, and from Debian's packages.
# What was brought stays in a cache folder, $LAB_TOOLS or ~/.cache/lab-tools, and is not brought again. What can't be had is said and
# skipped, and so are the tests that need it. LAB_TOOLS_MINUTES (60) is how long it may take: what has not begun by then is skipped.
set -euo pipefail

containerlab=0.79.0     # current
containerlab_old=0.69.3 # before 0.70, where topologies and answers looked different
minikube=1.36.0
kubernetes=1.34.4 # with its kubectl
kwok=0.7.0
helm=3.19.5
# A release of the cilium command is built from Cilium's own repository, at the release that its go.mod names: the module proxy refuses the
# command's own releases, and those of Cilium that newer commands are built from.
cilium_cli=0.18.4
cilium_source=1.18.0-pre.3
cilium_chart=1.17.3 # which that command installs

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
    local why
    why=$(grep -v '^go: downloading' "$draft/log" | tail -n 1)
    [ "$code" -ne 124 ] || why="it took longer than LAB_TOOLS_MINUTES allows; the next run goes on from there"
    skip "$name $version" "${why:-exit code $code}"
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
build_kwok() { cd "$(module sigs.k8s.io/kwok "$2")" && build -ldflags '-s -w' -o "$1/" ./cmd/kwok; }
build_helm() { cd "$(module helm.sh/helm/v3 "$2")" && build -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=v$2" -o "$1/" ./cmd/helm; }

# Its go.mod looks for the parts of Kubernetes beside itself; here they are the modules of the same release.
build_kubernetes() {
  local source minor version=k8s.io/component-base/version
  local programs=(k8s.io/kubernetes/cmd/{kubectl,kube-scheduler,kube-controller-manager,kube-apiserver})
  source=$(module k8s.io/kubernetes "$2")
  mkdir -p "$draft/kubernetes-source"
  cd "$draft/kubernetes-source"
  {
    echo 'module tools'
    grep '^go ' "$source/go.mod"
    echo "require k8s.io/kubernetes v$2"
    sed -n "s#^[[:space:]]\(k8s.io/[a-z-]*\) => ./staging.*#replace \1 => \1 v0.${2#*.}#p" "$source/go.mod"
  } >go.mod
  { printf 'package tools\n\nimport (\n'; printf '\t_ "%s"\n' "${programs[@]}"; echo ')'; } >tools.go
  go mod tidy
  minor=${2#*.}
  build -ldflags "-s -w -X $version.gitVersion=v$2 -X $version.gitMajor=1 -X $version.gitMinor=${minor%.*}" -o "$1/" "${programs[@]}"
}

# The command embeds charts from a module of their own, which the proxy refuses: the chart of one release of Cilium is packed in its place.
build_cilium() {
  local source chart
  source=$(module github.com/cilium/cilium "$cilium_source")
  chart=$(module github.com/cilium/cilium "$cilium_chart")
  mkdir -p "$draft/charts"
  cd "$draft/charts"
  "$cache/helm/$helm/bin/helm" package "$chart/install/kubernetes/cilium"
  echo 'module github.com/cilium/charts' >go.mod
  printf 'package charts\n\nimport "embed"\n\n//go:embed *.tgz\nvar HelmFS embed.FS\n' >charts.go
  cp "$source/go.sum" "$draft/cilium.sum"
  { cat "$source/go.mod"; printf '\nreplace github.com/cilium/charts => %s\n' "$draft/charts"; } >"$draft/cilium.mod"
  cd "$source"
  build -modfile="$draft/cilium.mod" -mod=mod -ldflags "-s -w -X github.com/cilium/cilium/cilium-cli/defaults.CLIVersion=v${2%%-*}" \
    -o "$1/" ./cilium-cli/cmd/cilium
}

# unpack PACKAGE...: Debian packages, unpacked into $draft/root.
unpack() {
  rm -rf "$draft/packages" "$draft/root"
  mkdir -p "$draft/packages"
  cd "$draft/packages"
  if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$cache" "$draft" .
    apt-get update -q
  fi
  apt-get download -q "$@"
  for package in *.deb; do dpkg-deb --extract "$package" "$draft/root"; done
}

# all_linked FOLDER: fails when a program in there misses a library.
all_linked() {
  local lacks
  lacks=$({ ldd "$1"/* 2>/dev/null || true; } | sed -n 's/^\s*\(\S*\) => not found/\1/p' | sort -u | tr '\n' ' ')
  [ -z "$lacks" ] || { echo "libraries are missing: $lacks"; return 1; }
}

# Docker's engine, unpacked and not installed: no service of theirs starts, and the machine's own stay as they are.
unpack_engine() {
  unpack docker.io containerd runc tini
  cp "$draft"/root/usr/bin/{containerd,containerd-shim-runc-v2,ctr,docker-init,docker} "$draft"/root/usr/sbin/{dockerd,docker-proxy,runc} "$1/"
  all_linked "$1"
}

unpack_etcd() {
  unpack etcd-server
  cp "$draft/root/usr/bin/etcd" "$1/"
  all_linked "$1"
}

router_image() { "$here/build-router-image.sh" "$1/../router.tar"; }

if command -v apt-get >/dev/null; then
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-none}")
  bring debian "$suite" unpack_engine
  bring etcd "$suite" unpack_etcd
  if [ "$(id -u)" -eq 0 ]; then bring router-image debian router_image; else skip 'an image of routers' 'it takes root'; fi
else
  skip "Docker's engine, etcd and an image of routers" "they come from Debian's packages, and there is no apt-get"
fi
if command -v go >/dev/null; then
  bring containerlab "$containerlab" build_containerlab
  bring containerlab "$containerlab_old" build_containerlab
  bring minikube "$minikube" build_minikube
  bring kwok "$kwok" build_kwok
  bring kubernetes "$kubernetes" build_kubernetes
  bring helm "$helm" build_helm
  if [ -e "$cache/helm/$helm" ]; then bring cilium "$cilium_cli-$cilium_chart" build_cilium; else skip "cilium $cilium_cli" 'helm packs its chart'; fi
else
  skip 'containerlab, minikube, Kubernetes, kwok, helm and cilium' 'they are built with Go, and there is no go'
fi
