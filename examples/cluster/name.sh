#!/usr/bin/env bash
# Prints the network namespace of the bridge, or of a host: name.sh [host1|host2|host3|store].
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

namespace "${1:-network}"
