#!/usr/bin/env bash
# Linux 6.18.44 (loop devices), root; needs 6.5 or newer, whose cachestat(2) tells how much of a file is not yet on the disk.
#
# Guess: to attach a file to a loop device (LOOP_CONFIGURE, or LOOP_SET_FD) is bookkeeping; the pages just written to the file stay in the page
# cache, where the device reads them from, and go to the disk whenever the kernel likes.
# Behaviour: the call writes all of the file's dirty pages to the disk and returns when they are there, as fsync(2) does, for a file opened to
# read alone as well. It takes as long as the disk needs for them. The manual page says nothing of it.
#   LOOP_CONFIGURE, file open to read and write: 16 MiB waited for the disk before, nothing after
#   LOOP_CONFIGURE, file open to read: 16 MiB waited for the disk before, nothing after
#   LOOP_SET_FD, file open to read: 16 MiB waited for the disk before, nothing after
# Why it matters: a sandbox or a container that mounts an image which was unpacked, copied or made a moment ago starts as slowly as the disk
# writes, and the slower the busier the disk is, though nothing asked for the image to be kept.
#
# Uses a free loop device and detaches it. Where root, loop devices, Python 3, cachestat(2) or a folder on a disk are missing, it says so and
# exits with 0.
set -euo pipefail
skip() {
  echo "skipped: $1"
  exit 0
}
[[ $(id -u) == 0 ]] || skip "needs root"
[[ -e /dev/loop-control ]] || skip "no loop devices"
command -v python3 > /dev/null || skip "needs python3"
# /var/tmp is on a disk where /tmp is not.
folder=$(mktemp -d -p /var/tmp)
trap 'rm -rf "$folder"' EXIT
[[ $(stat -f -c %T "$folder") =~ ^(ext2/ext3|xfs|btrfs|f2fs)$ ]] || skip "needs a folder on a disk"

timeout -k 5 60 python3 - "$folder/image" <<'PY'
import ctypes
import fcntl
import os
import struct
import sys

LOOP_SET_FD, LOOP_CLR_FD, LOOP_CONFIGURE, LOOP_CTL_GET_FREE = 0x4C00, 0x4C01, 0x4C0A, 0x4C82
CACHESTAT = 451
SIZE = 16 << 20
libc = ctypes.CDLL(None, use_errno=True)


def pending(file):
    """How many bytes of the file wait for the disk, or are on their way."""
    whole = struct.pack("QQ", 0, 0)
    answer = ctypes.create_string_buffer(5 * 8)
    if libc.syscall(CACHESTAT, file, whole, answer, 0) != 0:
        print("skipped: no cachestat(2):", os.strerror(ctypes.get_errno()))
        sys.exit(0)
    _, dirty, writeback, _, _ = struct.unpack("5Q", answer.raw)
    return (dirty + writeback) * os.sysconf("SC_PAGE_SIZE")


def attach(file, configure):
    control = os.open("/dev/loop-control", os.O_RDWR | os.O_CLOEXEC)
    number = fcntl.ioctl(control, LOOP_CTL_GET_FREE)
    os.close(control)
    device = os.open(f"/dev/loop{number}", os.O_RDWR | os.O_CLOEXEC)
    if configure:
        # struct loop_config: descriptor, block size, a loop_info64 of 232 bytes, 64 that are reserved.
        fcntl.ioctl(device, LOOP_CONFIGURE, bytearray(struct.pack("II", file, 0) + bytes(232 + 64)))
    else:
        fcntl.ioctl(device, LOOP_SET_FD, file)
    left = pending(file)
    fcntl.ioctl(device, LOOP_CLR_FD, 0)
    os.close(device)
    return left


def mebibytes(count):
    return "nothing" if count == 0 else f"{count / (1 << 20):.0f} MiB"


path = sys.argv[1]
same = True
for name, mode, configure in [
    ("LOOP_CONFIGURE, file open to read and write", os.O_RDWR, True),
    ("LOOP_CONFIGURE, file open to read", os.O_RDONLY, True),
    ("LOOP_SET_FD, file open to read", os.O_RDONLY, False),
]:
    for _ in range(5):
        with open(path, "wb") as image:
            image.write(os.urandom(SIZE))
        file = os.open(path, mode | os.O_CLOEXEC)
        before = pending(file)
        # Now and then the kernel's own writing comes first.
        if before == SIZE:
            break
        os.close(file)
        os.unlink(path)
    after = attach(file, configure)
    os.close(file)
    os.unlink(path)
    print(f"{name}: {mebibytes(before)} waited for the disk before, {mebibytes(after)} after")
    same = same and before == SIZE and after == 0
sys.exit(0 if same else 1)
PY
