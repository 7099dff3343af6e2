#!/usr/bin/env bash
# install-peers.sh FOLDER: the programs of npm that `npm run bench -- --peers FOLDER` compares with, each in a folder of its own. The
# others are Debian's: make, ninja-build, ansible-core, snakemake, python3-doit, and postgresql, in which DBOS and OpenWorkflow record.
# The bench itself starts the servers, on loopback, with the first work for them.
set -euo pipefail
root=${1:?name a folder for them}
# A line that names two installs the second beside the first, which needs it and does not bring it.
while read -r package beside; do
  name=${package#@}
  name=${name%@*}
  folder=$root/${name//\//-}
  mkdir -p "$folder"
  [ -e "$folder/package.json" ] || echo '{ "private": true }' >"$folder/package.json"
  npm install --prefix "$folder" --no-audit --no-fund --loglevel=error "$package" ${beside:+"$beside"} </dev/null
  echo "$package is in $folder"
done <<'PACKAGES'
rust-just@1.57.0
@jdxcode/mise@2026.9.15
wireit@0.14.13
turbo@2.11.11
nx@24.0.6
@moonrepo/cli@2.5.5
@dbos-inc/dbos-sdk@5.3.0
openworkflow@0.10.1 postgres@3.4.9
@restatedev/restate-server@1.7.12
@restatedev/restate-sdk@1.17.2
PACKAGES
