#!/usr/bin/env bash
# squashfs-tools 4.5.1 (Debian 12: squashfs-tools 1:4.5.1-1).
#
# Guess: `mksquashfs folder image` writes an image of the folder, as `tar cf` and mkfs.erofs do. An image of that name that is there already is replaced.
# Behaviour: the folder is added to it (so it is documented). What was removed from the folder stays; a file that is there already stays as it was, and the new one stands beside it under another name; the exit status is
# 0. Settings such as the compression are the old image's, whatever is asked for.
#   made of handler.py (1) and removed.py: handler.py removed.py
#   made again of handler.py (2), exit status: 0
#   then in it: handler.py handler.py_1 removed.py
#   handler.py: 1
#   the same with -noappend: handler.py, 2
#   mkfs.erofs (erofs-utils 1.5) over its old image: handler.py 2
# Why it matters: a function's package that is made into an image again, after a failed attempt or under the same name, runs the code of the first time. Give -noappend always, or write to a new
# name and move it into place.
#
# Needs apt for Debian's packages, and the libraries that these need; without those it says so and exits with 0. Nothing listens; a quarter of a minute.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# Where mksquashfs notes how to take an addition back.
export HOME=$folder
# apt's own sandbox user cannot write here.
timeout 240 apt-get download -qq -o APT::Sandbox::User=root squashfs-tools=1:4.5.1-1 erofs-utils=1.5-1 >&2
for package in *.deb; do dpkg-deb -x "$package" debian; done
for program in mksquashfs unsquashfs mkfs.erofs fsck.erofs; do
  if ldd "debian/usr/bin/$program" | grep -q 'not found'; then
    echo "libraries that $program needs are missing"
    exit 0
  fi
done
PATH=$folder/debian/usr/bin:$PATH

failed=0
expect() {
  echo "$1: $2"
  [ "$2" = "$3" ] || failed=1
}
names() {
  unsquashfs -l "$1" 2>/dev/null | sed -n 's,^squashfs-root/,,p' | sort | paste -sd' '
}

mkdir package
echo 1 > package/handler.py
echo old > package/removed.py
timeout 60 mksquashfs package image.squashfs > log 2>&1
expect 'made of handler.py (1) and removed.py' "$(names image.squashfs)" 'handler.py removed.py'
timeout 60 mkfs.erofs image.erofs package > log 2>&1

rm package/removed.py
echo 2 > package/handler.py
status=0
timeout 60 mksquashfs package image.squashfs > log 2>&1 || status=$?
expect 'made again of handler.py (2), exit status' "$status" 0
expect 'then in it' "$(names image.squashfs)" 'handler.py handler.py_1 removed.py'
timeout 60 unsquashfs -d first image.squashfs > log 2>&1
expect 'handler.py' "$(cat first/handler.py)" 1
timeout 60 mksquashfs package image.squashfs -noappend > log 2>&1
timeout 60 unsquashfs -d second image.squashfs > log 2>&1
expect 'the same with -noappend' "$(ls second | paste -sd' '), $(cat second/handler.py)" 'handler.py, 2'
timeout 60 mkfs.erofs image.erofs package > log 2>&1
timeout 60 fsck.erofs --extract=third image.erofs > log 2>&1
expect 'mkfs.erofs (erofs-utils 1.5) over its old image' "$(ls third | paste -sd' ') $(cat third/handler.py)" 'handler.py 2'
exit $failed
