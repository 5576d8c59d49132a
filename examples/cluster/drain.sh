#!/usr/bin/env bash
# Has a host hand on what it has, and be given nothing more; with --undo it takes part again. As `hearth drain` does, with
# its options.
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

(($# > 0)) || { say "Usage: drain.sh [--undo] [--no-wait] host1|host2|host3"; exit 2; }
need_root
need_cluster
[[ $members == yes ]] || fail "only hosts of a cluster with members can be drained: up.sh --members"
cluster_command drain "$@"
