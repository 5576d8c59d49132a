#!/usr/bin/env bash
# Ends a host's Hearth, as a crash does (kill -9), or with --graceful as it ends when it is told to. A role stands for the
# last host that runs it: frontend, control, worker, events. store is PostgreSQL, which --graceful stops in order.
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

signal=KILL
[[ ${1:-} != --graceful ]] || { signal=TERM; shift; }
(($# == 1)) || { say "Usage: kill.sh [--graceful] host1|host2|host3|frontend|control|worker|events|store|bucket|balancer"; exit 2; }
need_root
need_cluster
part=$1
case $part in
  host[123] | bucket | balancer) ;;
  store) part=postgres && [[ $signal != TERM ]] || signal=INT ;;
  frontend | control | worker | events)
    part=
    for host in "${hosts[@]}"; do
      if has_role "$host" "$1" && running "$host" >/dev/null; then part=$host; fi
    done
    [[ -n $part ]] || fail "no host that runs has the role $1"
    ;;
  *) fail "there is no $1 here; there are ${hosts[*]}, the roles, store, bucket and balancer" ;;
esac
running "$part" >/dev/null || fail "$part does not run"
end "$part" "$signal" 120
echo "$part"
