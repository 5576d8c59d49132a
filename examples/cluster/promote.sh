#!/usr/bin/env bash
# Kills PostgreSQL as the end of its machine does, and has its replica take its place. There is no way back but a new cluster.
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

need_root
need_cluster
[[ $replica == yes ]] || fail "PostgreSQL has no replica here: up.sh --members --replica"
[[ ! -e $folder/promoted ]] || fail "the replica has its place already"
touch "$folder/promoted"
end postgres KILL
query replica "SELECT pg_promote()" >/dev/null
