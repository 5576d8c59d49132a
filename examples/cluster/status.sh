#!/usr/bin/env bash
# Says of each host what it is, and how it is.
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

need_root
need_cluster

state() { # PART
  local pid
  if pid=$(running "$1"); then echo "pid $pid"; else echo "not running"; fi
}

row() { printf '%-9s %-12s %-5s %-31s %-14s %-11s %s\n' "$@"; }

row HOST ADDRESS ZONE ROLES PROCESS READY NOTE
for host in "${hosts[@]}"; do
  note=
  if is_cut "$host"; then note+="cut off "; fi
  if [[ $(clock_of "$host") != 0 ]]; then note+="clock off by $(clock_of "$host") s"; fi
  case $(ask "$host" 9000 /_hearth/ready) in
    200) ready=yes ;;
    '') ready='no answer' ;;
    *) ready=no ;;
  esac
  row "$host" "$(address "$host")" "$(zone "$host")" "$(roles_of "$host")" "$(state "$host")" "$ready" "$note"
done
if is_cut store; then note="cut off"; else note=; fi
row store "$(address store)" "" "postgresql" "$(state postgres)" "" "$note"
if [[ $replica == yes ]]; then
  if [[ -e $folder/promoted ]]; then now="takes writes"; else now="follows"; fi
  row replica "$(address replica)" "" "postgresql" "$(state replica)" "" "$now"
fi
[[ $objects == no ]] || row store "$(address store)" "" "s3" "$(state bucket)" "" "$note"
row balancer "127.0.0.1" "" "haproxy, port $port" "$(state balancer)" "" ""
if [[ $members == yes ]]; then
  echo
  cluster_command status || true
fi
