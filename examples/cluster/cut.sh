#!/usr/bin/env bash
# Cuts a host off, as a pulled cable does: what is sent there is lost without a word. With --heal it is there again.
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

state=down
[[ ${1:-} != --heal ]] || { state=up; shift; }
(($# == 1)) || { say "Usage: cut.sh [--heal] host1|host2|host3|store"; exit 2; }
need_root
need_cluster
[[ " ${machines[*]} " == *" $1 "* ]] || fail "there is no $1 here; there are ${machines[*]}"
# The other end of the cable: on the host itself the address would vanish, and be missed at once.
ip -n "$network" link set "$1" "$state"
