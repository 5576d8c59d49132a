#!/bin/sh
# Compiles the Java runtime's native half into target/guest/java/jni, unless that is newer than its source.
# Usage: build-jni.sh JDK
set -e
cd "$(dirname "$0")"
target=target/guest/java/jni/libhearth.so
[ -e "$target" ] && [ -z "$(find jni build-jni.sh -newer "$target")" ] && exit 0
mkdir -p "$(dirname "$target")"
gcc -O2 -shared -fPIC -Wall -Wextra -Werror -I"$1/include" -I"$1/include/linux" -o "$target.new" jni/native.c
mv "$target.new" "$target"
