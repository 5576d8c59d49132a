#!/bin/sh
# Compiles the launcher into target/guest/launcher, and pid 1 of a microVM into target/guest/microvm-init, unless they are
# newer than their sources.
set -e
cd "$(dirname "$0")"

build() { # FOLDER PROGRAM
  target=target/guest/$2
  set -- "$1"/*.c
  [ -e "$1" ] || return 0
  folder=${1%/*}
  [ -x "$target" ] && [ -z "$(find "$folder" build-launcher.sh -newer "$target")" ] && return 0
  mkdir -p target/guest
  gcc -O2 -static -Wall -Wextra -Werror -o "$target.new" "$@"
  mv "$target.new" "$target"
}

build launcher launcher
build microvm microvm-init
