#!/usr/bin/env bash
# Linux 6.18.44 (cgroup v1's cpu controller; the script knows v2's as well), root.
#
# Guess: SIGKILL ends processes at once, however little CPU time their cgroup may use: the kernel takes them away.
# Behaviour: a killed process has to run once more to take itself apart, and it does so within its cgroup's bandwidth limit. With little
# left of it, and many processes, they stay for seconds, with their memory, descriptors and pids; the cgroup cannot be removed meanwhile.
# kill() itself returns at once, so nothing tells. Lifting the limit before the kill has all of them gone in a fraction of the time.
#   300 processes, 5 % of a processor: gone after more than a second
#   300 processes, limit lifted before the kill: gone after less than half of that
# Why it matters: who ends sandboxes or containers with small CPU shares (a function's out of time, a pod evicted for memory) waits longest for
# those that hold most, and counts their memory as free too early. Set cpu.max to "max" (cpu.cfs_quota_us to -1) first, then kill.
#
# Makes and removes a cgroup of its own. Needs root, the cpu controller and Python 3; where they are missing it says so and exits with 0.
set -euo pipefail
skip() {
  echo "skipped: $1"
  exit 0
}
[[ $(id -u) == 0 ]] || skip "needs root"
command -v python3 > /dev/null || skip "needs python3"
if [[ -e /sys/fs/cgroup/cpu/cpu.cfs_quota_us ]]; then
  cgroup=/sys/fs/cgroup/cpu/finding-$$ limit=cpu.cfs_quota_us little=5000 all=-1
elif grep -qw cpu /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null; then
  cgroup=/sys/fs/cgroup/finding-$$ limit=cpu.max little="5000 100000" all=max
else
  skip "no cpu controller to be had"
fi
mkdir "$cgroup" 2>/dev/null || skip "no cgroup may be made here"
trap 'rmdir "$cgroup"' EXIT
[[ -w $cgroup/$limit ]] || skip "the cpu controller has no bandwidth limit"

timeout -k 5 120 python3 - "$cgroup" "$limit" "$little" "$all" <<'PY'
import os
import signal
import sys
import time

cgroup, limit, little, everything = sys.argv[1:]
COUNT = 300


def set_limit(value):
    with open(f"{cgroup}/{limit}", "w") as file:
        file.write(value)


def seconds_to_end(lift):
    set_limit(everything)
    parent = os.getpid()
    children = []
    for _ in range(COUNT):
        child = os.fork()
        if child == 0:
            # Ends with its parent, whatever becomes of the script.
            while os.getppid() == parent:
                time.sleep(5)
            os._exit(0)
        children.append(child)
    for child in children:
        with open(f"{cgroup}/cgroup.procs", "w") as file:
            file.write(str(child))
    time.sleep(1)
    set_limit(little)
    time.sleep(0.5)
    begin = time.monotonic()
    if lift:
        set_limit(everything)
    for child in children:
        os.kill(child, signal.SIGKILL)
    for child in children:
        os.waitpid(child, 0)
    return time.monotonic() - begin


limited = seconds_to_end(False)
lifted = seconds_to_end(True)
print(f"{COUNT} processes, 5 % of a processor: gone after", "more than a second" if limited > 1 else f"{limited:.2f} s")
print(
    f"{COUNT} processes, limit lifted before the kill: gone after",
    "less than half of that" if lifted < limited / 2 else f"{lifted:.2f} s",
)
print(f"{limited:.2f} s and {lifted:.2f} s", file=sys.stderr)
sys.exit(0 if limited > 1 and lifted < limited / 2 else 1)
PY
