#!/usr/bin/env bash
# Starts again what kill.sh ended: a host, store (PostgreSQL and the S3 server) or balancer. With --with a host runs another
# program from then on, such as that of another release.
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

usage() { say "Usage: start.sh host1|host2|host3 [--with PROGRAM] | store | balancer"; exit 2; }
(($# == 1)) || [[ $# == 3 && $2 == --with && $1 == host[123] ]] || usage
need_root
need_cluster
case $1 in
  host[123])
    ! running "$1" >/dev/null || fail "$1 runs already"
    (($# == 1)) || set_program "$1" "$3"
    build "$(program_of "$1")"
    start_hearth "$1"
    is_cut "$1" || await_hearth "$1"
    ;;
  store)
    [[ ! -e $folder/promoted ]] || fail "the replica has taken the place of PostgreSQL on store, which would know nothing of what came since"
    running postgres >/dev/null || start_postgres
    [[ $objects == no ]] || running bucket >/dev/null || start_bucket
    ;;
  balancer)
    running balancer >/dev/null || start_balancer
    ;;
  *) fail "there is no $1 here; there are ${hosts[*]}, store and balancer" ;;
esac
