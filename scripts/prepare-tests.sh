#!/bin/sh
# Brings the real programs the tests use: routers, web server, browser, database, parsers. Installs what is missing; needs
# root for that, and says what is missing without it. No service of theirs is started on this machine.
set -eu

packages='frr nginx-light iptables iproute2 procps curl tcpdump util-linux tmux strace chromium postgresql libyang2-tools openssl zsh fish'
command -v kubectl >/dev/null || packages="$packages kubernetes-client"

missing=''
for package in $packages; do
  dpkg-query --show --showformat='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "Tests that need these Debian packages are skipped:$missing" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# Maintainer scripts start services with these; for the time of the installation both do nothing.
# shellcheck disable=SC2086
unshare --mount --propagation private sh -ec '
  for helper in /usr/sbin/invoke-rc.d /usr/bin/deb-systemd-invoke; do
    if [ -e "$helper" ]; then mount --bind /bin/true "$helper"; fi
  done
  exec apt-get install -q -y --no-install-recommends "$@"' sh $missing
