#!/usr/bin/env bash
# Linux 6.18.44, with fs.pipe-user-pages-soft as the kernel sets it (16384); root, to become another user.
#
# Guess: a pipe holds 64 KiB. Whoever has used up something gets an error, as with descriptors, or asks for more with F_SETPIPE_SZ.
# Behaviour: the first 1024 pipes of a user do. When as many exist, in whatever process, each further one is made without an error and has two pages, for as long as it lives; it cannot be made larger either. pipe(7) tells of it.
# Root, and whoever has CAP_SYS_RESOURCE, never sees it.
#   a user's first 1024 pipes, smaller than 65536 bytes: 0
#   holds: 64000 bytes
#   the 1025th: 8192 bytes
#   holds: 8000 bytes
#   made as large as the others: EPERM
#   the first one of the user's next process: 8192 bytes
#   of 1100 pipes of root's, smaller than 65536 bytes: 0
# Why it matters: a server that runs as a plain user, with three pipes for each sandbox's input, output and log, is there with 342 of them. From then on a child that writes a stack trace waits for its reader in the middle of it,
# and code that was right as long as "a small answer fits", such as writing all of a request before reading, stands still; as root, and in tests with a few children, it never does. Read from the start, count the pipes, or
# use socket pairs, which have no such limit.
#
# Needs root, Python 3 and 3000 descriptors; where they are missing it says so and exits with 0. Nothing listens; a second.
set -euo pipefail
skip() {
  echo "skipped: $1"
  exit 0
}
[[ $(id -u) == 0 ]] || skip "needs root"
command -v python3 > /dev/null || skip "needs python3"
[[ $(< /proc/sys/fs/pipe-user-pages-soft) == 16384 ]] || skip "fs.pipe-user-pages-soft is not 16384"

timeout -k 5 60 python3 - <<'PY'
import errno
import fcntl
import os
import resource
import sys

F_SETPIPE_SZ, F_GETPIPE_SZ = 1031, 1032
OTHER = 54321  # Nobody's number.
limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
if limit != resource.RLIM_INFINITY and limit < 3000:
    print("skipped: not enough descriptors")
    sys.exit(0)
resource.setrlimit(resource.RLIMIT_NOFILE, (3000, limit))
failed = 0


def expect(name, said, expected):
    global failed
    print(f"{name}: {said}", flush=True)
    if said != expected:
        failed = 1


def holds(pipe):
    """How many bytes go into it, in lines of a hundred, before a writer has to wait."""
    os.set_blocking(pipe[1], False)
    count = 0
    while True:
        try:
            count += os.write(pipe[1], b"x" * 99 + b"\n")
        except BlockingIOError:
            return count


def size(pipe):
    return fcntl.fcntl(pipe[1], F_GETPIPE_SZ)


def enlarge(pipe):
    try:
        return fcntl.fcntl(pipe[1], F_SETPIPE_SZ, 65536)
    except OSError as error:
        return errno.errorcode[error.errno]


def small(pipes):
    return sum(size(pipe) < 65536 for pipe in pipes)


def as_user(work):
    child = os.fork()
    if child == 0:
        work()
        os._exit(failed)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        sys.exit(1)


def another_process():
    expect("the first one of the user's next process", f"{size(os.pipe())} bytes", "8192 bytes")
    os._exit(failed)


def other_user():
    os.setgroups([])
    os.setgid(OTHER)
    os.setuid(OTHER)
    pipes = [os.pipe() for _ in range(1024)]
    expect("a user's first 1024 pipes, smaller than 65536 bytes", small(pipes), 0)
    expect("holds", f"{holds(pipes[-1])} bytes", "64000 bytes")
    pipe = os.pipe()
    expect("the 1025th", f"{size(pipe)} bytes", "8192 bytes")
    expect("holds", f"{holds(pipe)} bytes", "8000 bytes")
    expect("made as large as the others", enlarge(os.pipe()), "EPERM")
    as_user(another_process)


def root():
    expect("of 1100 pipes of root's, smaller than 65536 bytes", small([os.pipe() for _ in range(1100)]), 0)


as_user(other_user)
as_user(root)
PY
