#!/usr/bin/env bash
# Linux 6.18.44, the freezer of cgroup v2 (cgroup.freeze), root.
#
# Guess: a process does not notice that it was frozen, except by the clock. No signal was sent, it has no handler: what blocks goes on blocking.
# Behaviour: some calls return with EINTR at the thaw, as signal(7) tells of SIGSTOP and SIGCONT. Freezing takes a process out of its call, and
# those that the kernel does not restart by itself end with that error; poll, nanosleep and a plain recv are restarted and show nothing.
#   epoll_wait: EINTR
#   recv with SO_RCVTIMEO: EINTR
#   accept with SO_RCVTIMEO: EINTR
#   sigtimedwait: EINTR
#   semtimedop: EINTR
#   recv without a time-out: goes on
#   poll: goes on
#   nanosleep: goes on
# Why it matters: a program that handles no signals and treats EINTR as a failure works on a virtual machine that is paused as a whole and fails
# where its processes are frozen between calls instead. Code for custom runtimes, in C or Rust, has to try again.
#
# Makes and removes a cgroup of its own. Needs root, cgroup v2 and Python 3; where they are missing it says so and exits with 0.
set -euo pipefail
skip() {
  echo "skipped: $1"
  exit 0
}
[[ $(id -u) == 0 ]] || skip "needs root"
command -v python3 > /dev/null || skip "needs python3"
cgroup=
for root in /sys/fs/cgroup /sys/fs/cgroup/unified; do
  [[ -e $root/cgroup.procs ]] || continue
  mkdir "$root/finding-$$" 2>/dev/null || continue
  if [[ -e $root/finding-$$/cgroup.freeze ]]; then
    cgroup=$root/finding-$$
    break
  fi
  rmdir "$root/finding-$$"
done
[[ -n $cgroup ]] || skip "no freezer of cgroup v2 to be had"
trap 'rmdir "$cgroup"' EXIT

timeout -k 5 120 python3 - "$cgroup" <<'PY'
import ctypes
import errno
import os
import signal
import socket
import struct
import sys
import time

cgroup = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
SECONDS = 3


class Time(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


limit = Time(SECONDS, 0)


def epoll_wait():
    return libc.epoll_wait(libc.epoll_create1(0), ctypes.create_string_buffer(12), 1, SECONDS * 1000)


def recv_limited():
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SECONDS, 0))
    return libc.recv(ours.fileno(), ctypes.create_string_buffer(1), 1, 0)


def accept_limited():
    server = socket.create_server(("127.0.0.1", 0))
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SECONDS, 0))
    return libc.accept(server.fileno(), None, None)


def sigtimedwait():
    signals = (ctypes.c_ulong * 16)(1 << (signal.SIGUSR1 - 1))
    libc.sigprocmask(signal.SIG_BLOCK, signals, None)
    return libc.sigtimedwait(signals, None, ctypes.byref(limit))


def semtimedop():
    semaphore = libc.semget(0, 1, 0o1600)
    result = libc.semtimedop(semaphore, struct.pack("HhH", 0, -1, 0), 1, ctypes.byref(limit))
    failure = ctypes.get_errno()
    libc.semctl(semaphore, 0, 0)
    ctypes.set_errno(failure)
    return result


def recv_unlimited():
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        time.sleep(SECONDS)
        os._exit(0)
    theirs.close()
    return libc.recv(ours.fileno(), ctypes.create_string_buffer(1), 1, 0)


def poll():
    return libc.poll(None, 0, SECONDS * 1000)


def nanosleep():
    return libc.nanosleep(ctypes.byref(limit), None)


def write(name, text):
    with open(f"{cgroup}/{name}", "w") as file:
        file.write(text)


def wait_for(name, text):
    for _ in range(1000):
        with open(f"{cgroup}/{name}") as file:
            if text in file.read():
                return
        time.sleep(0.01)
    sys.exit(f"{name} did not become {text}")


def freeze_and_thaw():
    write("cgroup.freeze", "1")
    wait_for("cgroup.events", "frozen 1")
    time.sleep(0.2)
    write("cgroup.freeze", "0")


def blocked_while_frozen(call):
    answer, answers = os.pipe()
    child = os.fork()
    if child == 0:
        write("cgroup.procs", str(os.getpid()))
        ctypes.set_errno(0)
        failed = call() < 0
        os.write(answers, errno.errorcode[ctypes.get_errno()].encode() if failed else b"goes on")
        os._exit(0)
    os.close(answers)
    time.sleep(0.5)
    freeze_and_thaw()
    said = os.read(answer, 100).decode()
    os.close(answer)
    os.waitpid(child, 0)
    return said


same = True
for name, call, expected in [
    ("epoll_wait", epoll_wait, "EINTR"),
    ("recv with SO_RCVTIMEO", recv_limited, "EINTR"),
    ("accept with SO_RCVTIMEO", accept_limited, "EINTR"),
    ("sigtimedwait", sigtimedwait, "EINTR"),
    ("semtimedop", semtimedop, "EINTR"),
    ("recv without a time-out", recv_unlimited, "goes on"),
    ("poll", poll, "goes on"),
    ("nanosleep", nanosleep, "goes on"),
]:
    said = blocked_while_frozen(call)
    print(f"{name}: {said}", flush=True)
    same = same and said == expected
# Helpers of the calls may still be on their way out, and a cgroup with processes cannot be removed.
for _ in range(1000):
    with open(f"{cgroup}/cgroup.procs") as file:
        if not file.read():
            break
    time.sleep(0.01)
sys.exit(0 if same else 1)
PY
