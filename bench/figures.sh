#!/usr/bin/env bash
# Puts the table of the last `./hearth bench` between the marks in docs/performance.md: those of the whole, or those of
# a part that has marks of its own (`bench/figures.sh events`).
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
part=${1:-bench}
table=bench/target/bench.md
[[ -s $table ]] || { echo "There is no $table; run ./hearth bench first." >&2; exit 1; }
new=$(mktemp)
trap 'rm -f "$new"' EXIT
awk -v table="$table" -v part="$part" '
  $0 == "<!-- /" part " -->" { inside = 0; ended++ }
  !inside { print }
  $0 == "<!-- " part " -->" { inside = 1; print ""; while ((getline line <table) > 0) print line; print "" }
  END { exit ended != 1 || inside }
' docs/performance.md >"$new" || { echo "docs/performance.md lacks the marks of $part." >&2; exit 1; }
cat "$new" >docs/performance.md
