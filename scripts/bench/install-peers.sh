#!/usr/bin/env bash
# install-peers.sh FOLDER: the programs of npm that `npm run bench -- --peers FOLDER` compares with, each in a folder of its own.
set -euo pipefail
root=${1:?name a folder for them}
for package in rust-just@1.57.0 @jdxcode/mise@2026.9.15 wireit@0.14.13 lowdb@7.0.1; do
  name=${package#@}
  folder=$root/$(basename "${name%@*}")
  mkdir -p "$folder"
  [ -e "$folder/package.json" ] || echo '{ "private": true }' >"$folder/package.json"
  npm install --prefix "$folder" --no-audit --no-fund --loglevel=error "$package"
  echo "$package is in $folder"
done
