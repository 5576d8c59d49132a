#!/bin/sh
# Compiles the launcher into target/guest/launcher, pid 1 of a microVM into target/guest/microvm-init, and what its monitor
# loads into target/guest/monitor.so, unless they are newer than their sources.
set -e
cd "$(dirname "$0")"

build() { # FOLDER TARGET OPTION...
  folder=$1
  target=target/guest/$2
  shift 2
  [ -d "$folder" ] || return 0
  [ -x "$target" ] && [ -z "$(find "$folder" build-launcher.sh -newer "$target")" ] && return 0
  mkdir -p target/guest
  gcc -O2 -Wall -Wextra -Werror "$@" -o "$target.new" "$folder"/*.c
  mv "$target.new" "$target"
}

build launcher launcher -static
build microvm microvm-init -static
# Of whichever C library the monitor has.
build monitor monitor.so -shared -fPIC -fvisibility=hidden -nostdlib
