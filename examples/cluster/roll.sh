#!/usr/bin/env bash
# Restarts every host, one after the other, so that no call fails: with another program if one is named, such as that of the
# next release. Of members and their workers each is drained first. Whoever comes next waits until the last one is ready,
# HAProxy sends it requests and each shard has its owner. Ends where a host does not come back, with the rest as it was.
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

(($# <= 1)) || { say "Usage: roll.sh [PROGRAM]"; exit 2; }
need_root
need_cluster
for host in "${hosts[@]}"; do
  running "$host" >/dev/null && ! is_cut "$host" || fail "$host does not run, or is cut off: a cluster that is whole can be rolled alone"
done
if (($# == 1)); then
  next=$(program "$1") || exit 1
  build "$next"
fi

for host in "${hosts[@]}"; do
  say "$host"
  if [[ $members == yes ]]; then
    say "  is drained"
    cluster_command drain "$host" | sed 's/^/  /' >&2
  fi
  say "  stops"
  # Longer than any function may run, where nobody has drained it.
  end "$host" TERM 120
  [[ $members == no ]] || cluster_command drain --undo "$host" >/dev/null
  (($# == 0)) || set_program "$host" "$1"
  say "  starts: $(program_of "$host")"
  build "$(program_of "$host")"
  start_hearth "$host"
  await_hearth "$host"
  if is_member "$host" && running balancer >/dev/null; then
    await 30 "HAProxy takes $host for ready" balancer does_balancer_see "$host"
  fi
  if [[ $members == yes ]]; then
    await 60 "each shard has its owner" "$host" are_shards_settled
  fi
done
"$scripts/status.sh"
