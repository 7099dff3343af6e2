#!/bin/sh
# build-router-image.sh [IMAGE]: the image of variant frr-clab, from Debian's packages alone; no registry of images is asked. Needs root and
# docker; on Debian it needs debootstrap, which it takes from the package when it is not installed.
set -eu

image=${1:-lab-router:debian}
suite=${SUITE:-bookworm}
mirror=${MIRROR:-http://deb.debian.org/debian}
packages=frr,iproute2,iptables,iputils-ping,procps,curl,tcpdump,nginx-light

if [ "$(id -u)" -ne 0 ]; then
  echo "build-router-image.sh: unpacking Debian's packages needs root; run it with sudo" >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM

if command -v debootstrap >/dev/null; then
  debootstrap=debootstrap
else
  # apt unpacks as an ordinary user of its own, who has to get at the folder.
  chmod 755 "$folder"
  (cd "$folder" && apt-get download -q debootstrap && dpkg-deb --extract debootstrap_*.deb debootstrap)
  export DEBOOTSTRAP_DIR="$folder/debootstrap/usr/share/debootstrap"
  debootstrap="$folder/debootstrap/usr/sbin/debootstrap"
fi

"$debootstrap" --variant=minbase --include="$packages" "$suite" "$folder/root" "$mirror"
for part in var/cache/apt/archives var/lib/apt/lists usr/share/doc usr/share/man usr/share/locale; do
  find "$folder/root/$part" -mindepth 1 -delete
done
# vtysh complains where there is none.
touch "$folder/root/etc/frr/vtysh.conf"
case $image in
  # A file takes what docker import reads, for a machine whose engine does not run yet.
  *.tar) tar -C "$folder/root" -cf "$image" . ;;
  *) tar -C "$folder/root" -cf - . | docker import - "$image" ;;
esac
