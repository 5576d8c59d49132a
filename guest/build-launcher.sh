#!/bin/sh
# Compiles the launcher into target/guest/launcher, unless that is newer than its sources.
set -e
cd "$(dirname "$0")"
target=target/guest/launcher
set -- launcher/*.c
[ -e "$1" ] || exit 0
[ -x "$target" ] && [ -z "$(find launcher build-launcher.sh -newer "$target")" ] && exit 0
mkdir -p target/guest
gcc -O2 -static -Wall -Wextra -Werror -o "$target.new" "$@"
mv "$target.new" "$target"
