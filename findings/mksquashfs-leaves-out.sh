#!/usr/bin/env bash
# squashfs-tools 4.5.1 (Debian 12: squashfs-tools 1:4.5.1-1) beside erofs-utils 1.5-1 and tar.
#
# Guess: an archiver that cannot read a file says so and fails, as tar and mkfs.erofs do. What it made with exit status 0 has all that was in the folder.
# Behaviour: mksquashfs makes an empty file in its place and leaves folders out that it cannot read, writes a line about each somewhere among its statistics, and exits with 0. It fails only
# with -exit-on-error.
#   tar: exit status 2
#   mkfs.erofs: exit status 1
#   mksquashfs: exit status 0
#   lines about it: 2
#   in the image: handler.py (18 bytes),settings.json (0 bytes)
#   mksquashfs -exit-on-error: exit status 1
# Why it matters: packages come from zips and layers whose modes their makers chose, and a builder that does not run as root (a CI job, a rootless server) makes an image that mounts well and in which modules are empty or
# missing. It shows in the function, as an import of nothing, and the image is kept and handed out under the package's hash. Give -exit-on-error always, or compare the number of bytes.
#
# Needs apt for Debian's packages, and the libraries that these need, and setpriv if run as root; without the libraries it says so and exits with 0. Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+rwx "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
# apt's own sandbox user cannot write here.
timeout 240 apt-get download -qq -o APT::Sandbox::User=root squashfs-tools=1:4.5.1-1 erofs-utils=1.5-1 >&2
for package in *.deb; do dpkg-deb -x "$package" debian; done
for program in mksquashfs unsquashfs mkfs.erofs; do
  if ldd "debian/usr/bin/$program" | grep -q 'not found'; then
    echo "libraries that $program needs are missing"
    exit 0
  fi
done
PATH=$folder/debian/usr/bin:$PATH

mkdir package package/lib out
echo 'import lib.orders' > package/handler.py
echo '{"table": "orders"}' > package/settings.json
echo 'def all(): return []' > package/lib/orders.py
# Root reads everything; the images are made by somebody else.
user=()
if [ "$(id -u)" = 0 ]; then
  chmod 755 . && chmod 777 out
  user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
fi
chmod 000 package/settings.json package/lib

failed=0
expect() {
  echo "$1: $2"
  [ "$2" = "$3" ] || failed=1
}
make() {
  local status=0
  HOME=$folder/out timeout 60 "${user[@]}" "$@" > log 2>&1 || status=$?
  echo "exit status $status"
}
expect 'tar' "$(make tar -cf out/image.tar package)" 'exit status 2'
expect 'mkfs.erofs' "$(make mkfs.erofs out/image.erofs package)" 'exit status 1'
expect 'mksquashfs' "$(make mksquashfs package out/image.squashfs)" 'exit status 0'
expect 'lines about it' "$(grep -c -e 'creating empty file' -e 'skipping' log)" 2
unsquashfs -lls out/image.squashfs > list 2> /dev/null
expect 'in the image' \
  "$(sed -n 's,^.\{10\} [^ ]* *\([0-9]*\) .*squashfs-root/\(.*\),\2 (\1 bytes),p' list | paste -sd,)" \
  'handler.py (18 bytes),settings.json (0 bytes)'
expect 'mksquashfs -exit-on-error' "$(make mksquashfs package out/second.squashfs -exit-on-error)" 'exit status 1'
exit $failed
