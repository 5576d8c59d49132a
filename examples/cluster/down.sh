#!/usr/bin/env bash
# Takes away the cluster that up.sh made: processes, namespaces, mounts, cgroups and the folder. Safe to repeat.
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

need_root
end balancer TERM 5
# All at once, and each on its own: none waits for another.
for host in "${hosts[@]}"; do
  ! pid=$(running "$host") || kill "$pid"
done
for host in "${hosts[@]}"; do
  end "$host" TERM 30
done
end bucket KILL
end replica INT 30
end postgres INT 30

# What killed servers left is cleared by any start of Hearth, or by this.
for host in "${hosts[@]}"; do
  if [[ -n $(compgen -G "/sys/fs/cgroup/hearth-$(instance_of "$host")*") || -n $(compgen -G "/sys/fs/cgroup/*/hearth-$(instance_of "$host")*") ]]; then
    hearth=$(find_hearth)
    "$hearth" doctor --clean --data "$folder/$host/data" >/dev/null 2>&1 || say "  something of $host may be left: $hearth doctor --leftovers"
    break
  fi
done
for machine in "${machines[@]}" network; do
  [[ ! -e /run/netns/$(namespace "$machine") ]] || ip netns delete "$(namespace "$machine")"
done
while read -r _ mount _; do
  [[ $mount != "$folder"/* ]] || umount --lazy "$mount"
done </proc/mounts
# Only what up.sh has made is removed.
if [[ -e $settings ]]; then
  rm -rf "$folder"
fi
