#!/usr/bin/env bash
# Sets a host's clock off, at once and for what runs: clock.sh host2 +1h, clock.sh host2 -90s, clock.sh host2 0.
# A time namespace could not: it has no wall clock of its own. So a library stands between Hearth and the C library (clock.c).
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

if (($# != 2)) || [[ ! $2 =~ ^([+-]?)([0-9]{1,9})([smhd]?)$ ]]; then
  say "Usage: clock.sh host1|host2|host3 [+|-]NUMBER[s|m|h|d]"
  exit 2
fi
seconds=$((10#${BASH_REMATCH[2]}))
case ${BASH_REMATCH[3]} in
  m) ((seconds *= 60)) || true ;;
  h) ((seconds *= 3600)) || true ;;
  d) ((seconds *= 86400)) || true ;;
esac
[[ ${BASH_REMATCH[1]} != - ]] || seconds=$((-seconds))
need_root
need_cluster
[[ " ${hosts[*]} " == *" $1 "* ]] || fail "there is no $1 here; there are ${hosts[*]}"
[[ -e $folder/clock.so ]] || fail "there was no gcc when the cluster was made, and without it clocks cannot be set"
set_clock "$1" "$seconds"
