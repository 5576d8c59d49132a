#!/usr/bin/env bash
# Makes a release of what `./hearth build` built: a tarball and a Debian package, with a Java of their own.
# Usage: package.sh BUILD JDK OUTPUT [--arch amd64|arm64] [--jmods DIR] [--tarball]
set -euo pipefail

fail() { printf 'hearth: %s\n' "$*" >&2; exit 1; }
say() { printf '  %s\n' "$*" >&2; }

repository=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
build=$(readlink -f "$1")
jdk=$2
output=$3
shift 3

host() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) fail "there are releases for amd64 and arm64, and this machine is $(uname -m)" ;;
  esac
}

arch=$(host)
jmods=
debian=yes
while (($#)); do
  case $1 in
    --arch) arch=${2:-}; shift 2 || fail "--arch is amd64 or arm64" ;;
    --jmods) jmods=${2:-}; shift 2 || fail "--jmods wants a folder" ;;
    --tarball) debian=no; shift ;;
    *) fail "package has no option $1; it knows --arch amd64|arm64, --jmods DIR and --tarball" ;;
  esac
done

# The words of others for the same machine: Netty and AWS's client, SQLite, the compiler.
case $arch in
  amd64) machine=x86_64 netty=x86_64 sqlite=x86_64 compiler=x86_64-linux-gnu-gcc ;;
  arm64) machine=aarch64 netty=aarch_64 sqlite=aarch64 compiler=aarch64-linux-gnu-gcc ;;
  *) fail "--arch is amd64 or arm64, and not $arch" ;;
esac
if [[ $arch != "$(host)" ]]; then
  command -v "$compiler" >/dev/null || fail "$compiler is needed to build for $arch: apt-get install gcc-${compiler%-gcc} libc6-dev-$arch-cross"
  [[ -n $jmods ]] || fail "a Java for $arch is needed: get the jmods of a JDK $(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "$jdk/release") for $arch, and name their folder by --jmods"
fi

# All that Hearth's own classes ask for, and what its libraries look up by name.
modules=java.base,java.logging,java.management,java.naming,java.net.http,java.sql,jdk.jfr,jdk.unsupported,jdk.zipfs

version=$(hearth_java_home=$jdk "$build/bin/hearth" version | awk '{print $2; exit}')
name=hearth-$version-linux-$arch
mkdir -p "$output"
stage=$(mktemp -d "$output/.package.XXXXXX")
trap 'rm -rf "$stage"' EXIT
root=$stage/$name

say "copying the program"
mkdir -p "$root"
cp -r "$build"/{bin,lib,guest,java.options,in-use} "$root"
cp "$repository"/{LICENSE,NOTICE,README.md} "$root"
cp -r "$repository/examples" "$root"
mkdir -p "$root/share/man/man1" "$root/share/systemd"
"$jdk/bin/java" -cp "$build/lib/*" hearth.server.cli.Manual >"$root/share/man/man1/hearth.1"
cp "$repository/release/hearth.service" "$root/share/systemd"

# Libraries carry native parts for many machines; one is enough.
find "$root/lib" -name 'netty-transport-native-epoll-*-linux-*.jar' ! -name "*-linux-$netty.jar" -delete
find "$root/lib/native" -mindepth 1 -maxdepth 1 ! -name "$machine" -exec rm -rf {} +
find "$root/guest/java/jni" -name 'libaws-lambda-jni.linux-*.so' ! -name "*.linux-$netty.so" -delete
for jar in "$root"/lib/sqlite-jdbc-*.jar; do
  mkdir "$stage/sqlite"
  (cd "$stage/sqlite" && "$jdk/bin/jar" xf "$jar")
  find "$stage/sqlite/org/sqlite/native" -mindepth 2 -maxdepth 2 ! -path "*/Linux/$sqlite" ! -path "*/Linux-Musl/$sqlite" -exec rm -rf {} +
  "$jdk/bin/jar" cfM "$jar" -C "$stage/sqlite" .
  rm -rf "$stage/sqlite"
done

if [[ $arch != "$(host)" ]]; then
  say "compiling the launcher and pid 1 of microVMs for $arch"
  "$compiler" -O2 -static -Wall -Wextra -Werror -o "$root/guest/launcher" "$repository"/guest/launcher/*.c
  "$compiler" -O2 -static -Wall -Wextra -Werror -o "$root/guest/microvm-init" "$repository"/guest/microvm/*.c
  "$compiler" -O2 -shared -fPIC -fvisibility=hidden -nostdlib -Wall -Wextra -Werror \
    -o "$root/guest/monitor.so" "$repository"/guest/monitor/*.c
  "$compiler" -O2 -shared -fPIC -Wall -Wextra -Werror -I"$jdk/include" -I"$jdk/include/linux" \
    -o "$root/guest/java/jni/libhearth.so" "$repository/guest/jni/native.c"
fi

say "making a Java of the modules that Hearth needs"
"$jdk/bin/jlink" ${jmods:+--module-path "$jmods"} --add-modules "$modules" --strip-java-debug-attributes --no-man-pages \
  --no-header-files --compress zip-6 --output "$root/runtime" >"$stage/jlink.log" 2>&1 || { cat "$stage/jlink.log" >&2; fail "jlink failed"; }
[[ $arch != "$(host)" ]] && strip= || strip=$(command -v strip || true)
[[ -z $strip ]] || find "$root/runtime/lib" -name '*.so' -exec "$strip" --strip-unneeded {} +

if [[ $arch == "$(host)" ]]; then
  say "training the cache for quick starts"
  "$root/bin/hearth" version >/dev/null
  [[ -e $root/hearth.aot ]] || fail "the rehearsal failed: $(tail -n 3 "$root/rehearsal.log" 2>/dev/null)"
  rm -f "$root"/rehearsal.lo[gc]*
else
  say "the cache for quick starts is made at the first start there"
fi
find "$root/guest" -name __pycache__ -exec rm -rf {} +
# Whoever installs it, everyone may read and nobody but its owner change it.
chmod -R u+rwX,go+rX,go-w "$root"

say "packing $name.tar.gz"
tar -C "$stage" --owner=0 --group=0 --numeric-owner --sort=name -c "$name" | gzip -6 >"$stage/tarball"
mv "$stage/tarball" "$output/$name.tar.gz"
echo "$output/$name.tar.gz"
[[ $debian == yes ]] || exit 0

command -v dpkg-deb >/dev/null || fail "dpkg-deb is needed for the Debian package; --tarball makes the tarball alone"
deb=$stage/deb
mkdir -p "$deb"/{DEBIAN,usr/bin,usr/lib,usr/share/man/man1,usr/share/doc/hearth,lib/systemd/system,etc/default}
mv "$root" "$deb/usr/lib/hearth"
ln -s ../lib/hearth/bin/hearth "$deb/usr/bin/hearth"
ln -s ../lib/hearth/bin/hearth-guest-kernel "$deb/usr/bin/hearth-guest-kernel"
gzip -9n <"$deb/usr/lib/hearth/share/man/man1/hearth.1" >"$deb/usr/share/man/man1/hearth.1.gz"
mv "$deb/usr/lib/hearth/share/systemd/hearth.service" "$deb/lib/systemd/system"
mv "$deb/usr/lib/hearth/README.md" "$deb/usr/share/doc/hearth"
cat "$deb"/usr/lib/hearth/{NOTICE,LICENSE} >"$deb/usr/share/doc/hearth/copyright"
rm -rf "$deb"/usr/lib/hearth/{share,NOTICE,LICENSE}
cp "$repository/release/deb/default" "$deb/etc/default/hearth"
echo /etc/default/hearth >"$deb/DEBIAN/conffiles"
install -m 755 "$repository"/release/deb/{postinst,prerm,postrm} "$deb/DEBIAN"
cat >"$deb/DEBIAN/control" <<CONTROL
Package: hearth
Version: $version
Architecture: $arch
Maintainer: The Hearth maintainers <hearth@localhost>
Section: net
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$deb" | cut -f1)
Depends: bash, libc6 (>= 2.34), util-linux
Recommends: nftables, iproute2, e2fsprogs, bubblewrap
Description: AWS Lambda that anyone can run
 Hearth speaks Lambda's own API and really runs the functions, each in a
 sandbox of its own, kept warm and reused, never shared between functions.
 AWS CLI, SDKs and tools work as they are; only the endpoint changes.
CONTROL
chmod -R u+rwX,go+rX,go-w "$deb"
say "packing hearth_${version}_$arch.deb"
# What is in jars is packed already: at level 6 it is 2 % less, for three times the time.
dpkg-deb --root-owner-group -Zxz -z1 --build "$deb" "$stage/hearth.deb" >"$stage/deb.log" || { cat "$stage/deb.log" >&2; fail "dpkg-deb failed"; }
mv "$stage/hearth.deb" "$output/hearth_${version}_$arch.deb"
echo "$output/hearth_${version}_$arch.deb"
