#!/bin/sh
# Puts each runtime's bootstrap, which may be executed, into its folder.
set -e
cd "$(dirname "$0")"
for runtime in python node java; do
  mkdir -p "target/guest/$runtime"
  install -m 755 "bootstrap/$runtime.sh" "target/guest/$runtime/bootstrap"
done
