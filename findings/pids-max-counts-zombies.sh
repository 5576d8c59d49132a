#!/usr/bin/env bash
# Linux 6.18.44 (cgroup v1's pids controller; the script knows v2's as well), root.
#
# Guess: pids.max bounds the processes that are in a cgroup, those that cgroup.procs lists. One that has ended is in it no more, and a function that starts one program after the other, each when the last one has ended, never
# comes near a limit of a thousand.
# Behaviour: who has ended counts until somebody waits for him. cgroup.procs does not list such processes, an empty one may be full, and there is nothing to kill; only their parent can make room, wherever that is.
#   limit 10, a process starts others, each of which has ended before the next: EAGAIN after 9
#   cgroup.procs: 1 process
#   pids.current: 10
#   all of them waited for, then once more: EAGAIN after 9
#   ten in it that have ended, their parent outside: cgroup.procs: 0 processes
#   pids.current: 10
#   waited for, pids.current: 0
# Why it matters: sandboxes are kept warm. A custom runtime that is its namespace's first process and does not wait for orphans (daemons of a tool, helpers of a browser) has a few more after each call, and days later no thread
# and no process can be started: "Resource temporarily unavailable", with memory and processor free; only ps of the whole machine shows them, as defunct. Put an init that waits for everybody in front, and watch pids.current, not the list.
#
# Makes and removes a cgroup of its own. Needs root, the pids controller and Python 3; where they are missing it says so and exits with 0. A few seconds.
set -euo pipefail
skip() {
  echo "skipped: $1"
  exit 0
}
[[ $(id -u) == 0 ]] || skip "needs root"
command -v python3 > /dev/null || skip "needs python3"
cgroup=
for root in /sys/fs/cgroup/pids /sys/fs/cgroup; do
  [[ -e $root/cgroup.procs ]] || continue
  mkdir "$root/finding-$$" 2>/dev/null || continue
  if [[ -e $root/finding-$$/pids.max ]]; then
    cgroup=$root/finding-$$
    break
  fi
  rmdir "$root/finding-$$"
done
[[ -n $cgroup ]] || skip "no pids controller to be had"
trap 'rmdir "$cgroup"' EXIT

timeout -k 5 60 python3 - "$cgroup" <<'PY'
import errno
import os
import sys
import time

cgroup = sys.argv[1]
failed = 0


def expect(name, said, expected):
    global failed
    print(f"{name}: {said}")
    if said != expected:
        failed = 1


def read(name):
    with open(f"{cgroup}/{name}") as file:
        return file.read()


def enter():
    with open(f"{cgroup}/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))


def fork_until_refused(most):
    count = 0
    while count < most:
        try:
            child = os.fork()
        except OSError as error:
            return f"{errno.errorcode[error.errno]} after {count}"
        if child == 0:
            os._exit(0)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # Has ended, and is not taken away.
        count += 1
    return f"{count} of {most}"


def wait_for_all():
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break


with open(f"{cgroup}/pids.max", "w") as file:
    file.write("10")
reader, writer = os.pipe()
stay, leave = os.pipe()
inside = os.fork()
if inside == 0:
    enter()
    os.write(writer, fork_until_refused(30).encode())
    os.close(leave)
    os.read(stay, 1)
    wait_for_all()
    os.write(writer, fork_until_refused(30).encode())
    wait_for_all()
    os._exit(0)
os.close(stay)
expect("limit 10, a process starts others, each of which has ended before the next", os.read(reader, 100).decode(), "EAGAIN after 9")
expect("cgroup.procs", f"{len(read('cgroup.procs').split())} process", "1 process")
expect("pids.current", read("pids.current").strip(), "10")
os.close(leave)
expect("all of them waited for, then once more", os.read(reader, 100).decode(), "EAGAIN after 9")
os.waitpid(inside, 0)
time.sleep(0.2)

# The process that does not wait may be somewhere else.
children = []
for _ in range(10):
    child = os.fork()
    if child == 0:
        enter()
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    children.append(child)
expect("ten in it that have ended, their parent outside: cgroup.procs", f"{len(read('cgroup.procs').split())} processes", "0 processes")
expect("pids.current", read("pids.current").strip(), "10")
for child in children:
    os.waitpid(child, 0)
time.sleep(0.2)
expect("waited for, pids.current", read("pids.current").strip(), "0")
sys.exit(failed)
PY
