#!/usr/bin/env bash
# A private mapping of a sparse file in memory takes twice what is written to it
#
# Version: Linux 6.18 here (mm/shmem.c since memfd_create of 3.17); Python 3 of the system, nothing is installed.
# Guess: who maps a memfd MAP_PRIVATE and writes to a page where the file has a hole gets one page of its own, and the file
#   stays as it is, the more so with F_SEAL_WRITE: nobody may write to it.
# Behaviour: the kernel first makes the page in the file (all zeros, charged to the cgroup of who touched it first), then
#   copies it. 64 MiB written through the private mapping leave 64 MiB in the sealed file besides, also after the mapping
#   is gone, and as memory of a file in memory it cannot be dropped, only swapped. Reading through it does the same.
#   A file of the same kind on a disk's file system stays sparse, and the pages of its holes can be dropped.
# Seen: sealed memfd, blocks before 0 MiB, after writing 64 MiB privately 64 MiB, after munmap 64 MiB.
# Why it matters: monitors restore machines from one snapshot's memory mapped MAP_PRIVATE (QEMU's memory-backend-file with
#   share=off, Firecracker's MemFile), and count on copies sharing it. Where it lies in a memfd or on tmpfs, the holes (what the
#   snapshotted machine never used) fill up with zeros: a copy that uses all of its memory takes it twice, and is killed by
#   a cgroup whose limit is its memory and a margin. Mapping the holes as anonymous memory avoids it.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

timeout 60 python3 - "$folder" <<'PYTHON'
import ctypes, fcntl, mmap, os, sys
SIZE = 64 << 20
F_ADD_SEALS, SEALS = 1033, 1 | 2 | 4 | 8  # F_SEAL_SEAL, _SHRINK, _GROW, _WRITE

def mebibytes(file):
    return os.fstat(file).st_blocks * 512 >> 20

def write_privately(file):
    private = mmap.mmap(file, SIZE, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    for page in range(0, SIZE, mmap.PAGESIZE):
        private[page] = 1
    during = mebibytes(file)
    private.close()
    return during

memory = os.memfd_create("sparse", os.MFD_ALLOW_SEALING)
os.ftruncate(memory, SIZE)
fcntl.fcntl(memory, F_ADD_SEALS, SEALS)
before, during, after = mebibytes(memory), write_privately(memory), mebibytes(memory)
print("memfd, sealed against writing: %d MiB before, %d while 64 MiB are written privately, %d afterwards" % (before, during, after))
assert (before, during, after) == (0, 64, 64)
assert os.pread(memory, 1, 0) == b"\0", "what was written is not in the file"

read = os.memfd_create("read")
os.ftruncate(read, SIZE)
with mmap.mmap(read, SIZE, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ) as private:
    assert not any(private[page] for page in range(0, SIZE, mmap.PAGESIZE))
print("memfd that was only read through a private mapping: %d MiB" % mebibytes(read))
assert mebibytes(read) == 64

path = os.path.join(sys.argv[1], "sparse")
disk = os.open(path, os.O_RDWR | os.O_CREAT)
os.ftruncate(disk, SIZE)
of_disk = os.popen("stat -f -c %T " + sys.argv[1]).read().strip()
if of_disk != "tmpfs":
    write_privately(disk)
    print("file on %s: %d MiB afterwards" % (of_disk, mebibytes(disk)))
    assert mebibytes(disk) == 0
PYTHON
