#!/usr/bin/env bash
# nftables 1.0.6 (Debian 12: nftables 1.0.6-2+deb12u2), Linux 6.18.44, cgroup v2.
#
# Guess: a rule with `socket cgroupv2 level 1 "name"` holds for whoever is in the cgroup of that name, as a rule with an interface's name holds for whatever bears it; and what `nft list ruleset` writes, `nft -f` reads.
# Behaviour: the path is looked up once, by the nft command, and the rule keeps the cgroup's number. One that is removed and made anew is another cgroup, which the rule does not know; nothing tells. The listing then shows the
# old number, and a ruleset that was saved so is refused as a whole.
#   a rule for a cgroup that is not there yet: refused
#   the cgroup is there, one packet of it: 1 counted
#   listed: path
#   the cgroup made anew, a second packet: 1 counted
#   listed: number
#   the listed rules loaded again: refused
#   the rule by its path loaded again, a third packet: 1 counted
# Why it matters: a sandbox or a service that is started again under its old name is counted, marked and shaped no more, while every rule is still there; and a host that saves its rules at shutdown comes up with none of them.
# Load such a rule after each start, when the cgroup has been made, keep them in a table of their own, and clean it of numbers before saving.
#
# In network and mount namespaces of its own. Needs root, Python 3, iproute2 and apt for Debian's packages, and the libraries that nft needs; where they or such rules are missing it says so and exits with 0. A few seconds.
set -euo pipefail
skip() {
  echo "skipped: $1"
  exit 0
}
[[ $(id -u) == 0 ]] || skip "needs root"
command -v python3 > /dev/null || skip "needs python3"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
# apt's own sandbox user cannot write here.
timeout 240 apt-get download -qq -o APT::Sandbox::User=root nftables=1.0.6-2+deb12u2 libnftables1=1.0.6-2+deb12u2 >&2
for package in *.deb; do dpkg-deb -x "$package" debian; done
export LD_LIBRARY_PATH=$folder/debian/usr/lib/x86_64-linux-gnu
if ldd debian/usr/sbin/nft | grep -q 'not found'; then
  skip "libraries that this nft needs are missing"
fi

cat > main.sh <<'SH'
set -euo pipefail
# Only here, in namespaces of our own: nft looks for paths below /sys/fs/cgroup.
mount --make-rprivate /
mount -t cgroup2 none /sys/fs/cgroup
ip link set lo up
name=finding-$$
cgroup=/sys/fs/cgroup/$name
trap 'rmdir "$cgroup" 2>/dev/null || true' EXIT
nft=debian/usr/sbin/nft
failed=0

expect() {
  echo "$1: $2"
  [[ $2 == "$3" ]] || failed=1
}
load() {
  $nft -f - <<RULES
table inet traffic
flush table inet traffic
table inet traffic {
  chain out {
    type filter hook output priority 0;
    socket cgroupv2 level 1 "$name" counter
  }
}
RULES
}
counted() {
  python3 - "$cgroup" <<'PY'
import os, socket, sys
child = os.fork()
if child == 0:
    with open(sys.argv[1] + "/cgroup.procs", "w") as file:
        file.write(str(os.getpid()))
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"packet", ("127.0.0.1", 9))
    os._exit(0)
os.waitpid(child, 0)
PY
  $nft list chain inet traffic out | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}
shown() {
  if $nft list chain inet traffic out | grep -q "level 1 \"$name\""; then echo path; else echo number; fi
}

said=taken
load 2> /dev/null || said=refused
expect "a rule for a cgroup that is not there yet" $said refused
mkdir "$cgroup"
load 2> /dev/null || { echo "skipped: this kernel has no such rules"; exit 0; }
expect "the cgroup is there, one packet of it" "$(counted) counted" "1 counted"
expect "listed" "$(shown)" path
rmdir "$cgroup"
mkdir "$cgroup"
expect "the cgroup made anew, a second packet" "$(counted) counted" "1 counted"
expect "listed" "$(shown)" number
$nft list ruleset > saved
$nft flush ruleset
said=taken
$nft -f saved 2> /dev/null || said=refused
expect "the listed rules loaded again" $said refused
load
expect "the rule by its path loaded again, a third packet" "$(counted) counted" "1 counted"
exit $failed
SH
timeout 60 unshare --mount --net bash main.sh
