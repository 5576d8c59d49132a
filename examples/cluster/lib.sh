# What the scripts of this folder share: where everything is, how parts are started, ended and asked. Sourced by them.
# shellcheck shell=bash
# What up.sh has decided is read from a file, and each script uses what it needs.
# shellcheck disable=SC2034,SC2154
set -euo pipefail

scripts=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
folder=$(readlink -m "${CLUSTER_FOLDER:-/tmp/hearth-cluster}")
settings=$folder/settings

# Two clusters on one machine have two folders, and all names that are the machine's come from the folder's.
suffix=$(printf %s "$folder" | sha256sum | cut -c 1-6)
network=hearth-$suffix-network

hosts=(host1 host2 host3)
machines=("${hosts[@]}" store replica)

say() { printf '%s\n' "$*" >&2; }
fail() { say "${0##*/}: $*"; exit 1; }

need_root() {
  ((EUID == 0)) || fail "this needs root: it makes network namespaces, and nothing outside of them"
}

need_cluster() {
  [[ -e $settings ]] || fail "there is no cluster in $folder; up.sh makes one (CLUSTER_FOLDER names another folder)"
  # shellcheck source=/dev/null
  source "$settings"
}

# In a checkout, a release or a package.
find_hearth() {
  local candidate
  for candidate in "${HEARTH:-}" "$scripts/../../hearth" "$scripts/../../bin/hearth" "$(command -v hearth || true)"; do
    if [[ -n $candidate && -f $candidate && -x $candidate ]]; then
      readlink -f "$candidate"
      return
    fi
  done
  fail "there is no hearth here; HEARTH names the program"
}

# ---- Namespaces -----------------------------------------------------------------------------------------------------

namespace() { # MACHINE
  echo "hearth-$suffix-$1"
}

address() { # MACHINE
  case $1 in
    store) echo 10.77.0.10 ;;
    replica) echo 10.77.0.11 ;;
    *) echo "10.77.0.${1#host}" ;;
  esac
}

zone() { # HOST
  [[ $1 == host1 ]] && echo a || echo b
}

# The network alone: `ip netns exec` would hide the cgroups.
within() { # MACHINE COMMAND
  nsenter --net="/run/netns/$(namespace "$1")" -- "${@:2}"
}

is_cut() { # MACHINE
  ! ip -n "$network" link show "$1" up 2>/dev/null | grep -q .
}

# ---- Processes ------------------------------------------------------------------------------------------------------

# A number that comes again later is told by when its process began.
began() { # PID
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  read -r -a stat <<<"${stat##*) }"
  [[ ${stat[0]} != Z ]] && echo "${stat[19]}"
}

running() { # PART, prints the pid
  local pid since
  read -r pid since 2>/dev/null <"$folder/$1/pid" || return 1
  [[ $(began "$pid") == "$since" ]] && echo "$pid"
}

# The part's folder has its output, and its number.
launch() { # PART COMMAND
  local part=$1 pid
  mkdir -p "$folder/$part"
  setsid "${@:2}" </dev/null >>"$folder/$part/log" 2>&1 &
  pid=$!
  echo "$pid $(began "$pid" || echo ended)" >"$folder/$part/pid"
}

end() { # PART [SIGNAL [SECONDS]]: waits for its end, which comes by force if it must
  local pid deadline
  pid=$(running "$1") || return 0
  kill -s "${2:-TERM}" "$pid" 2>/dev/null || true
  deadline=$((SECONDS + ${3:-60}))
  while running "$1" >/dev/null; do
    if ((SECONDS >= deadline)); then
      say "  $1 does not end; killing it"
      kill -s KILL "$pid" 2>/dev/null || true
      deadline=$((SECONDS + 60))
    fi
    sleep 0.05
  done
}

await() { # SECONDS WHAT PART COMMAND: until the command succeeds, while the part runs
  local deadline=$((SECONDS + $1)) what=$2 part=$3
  until "${@:4}"; do
    running "$part" >/dev/null || { tail -n 20 "$folder/$part/log" >&2; fail "$part has ended; what it said is in $folder/$part/log"; }
    ((SECONDS < deadline)) || { tail -n 20 "$folder/$part/log" >&2; fail "$what: not within $1 s; see $folder/$part/log"; }
    sleep 0.1
  done
}

# The status of an answer, or nothing.
ask() { # MACHINE PORT PATH
  # shellcheck disable=SC2016
  within "$1" timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3 && read -r _ status _ <&3 && echo "$status"' \
    "$(address "$1")" "$2" "$3" 2>/dev/null || true
}

answers() { # MACHINE PORT PATH STATUS
  [[ $(ask "$1" "$2" "$3") == "$4" ]]
}

# ---- PostgreSQL, the bucket, HAProxy ----------------------------------------------------------------------------------

postgres_program() { # NAME
  local found
  found=$(compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -V | tail -n 1) || true
  [[ -n $found ]] && echo "$found"
}

as_postgres() { # COMMAND
  setpriv --reuid=postgres --regid=postgres --clear-groups --inh-caps=-all "$@"
}

start_postgres() {
  local data=$folder/postgres/data
  if [[ ! -d $data ]]; then
    mkdir -p "$folder/postgres"
    chown postgres "$folder/postgres"
    as_postgres "$(postgres_program initdb)" --pgdata="$data" --auth=trust --username=hearth --encoding=UTF8 --locale=C.UTF-8 \
      --no-sync >"$folder/postgres/log" 2>&1 || fail "initdb failed; see $folder/postgres/log"
    # The addresses of these namespaces lead nowhere else.
    echo "host all all 10.77.0.0/24 trust" >>"$data/pg_hba.conf"
  fi
  launch postgres nsenter --net="/run/netns/$(namespace store)" -- \
    setpriv --reuid=postgres --regid=postgres --clear-groups --inh-caps=-all \
    "$(postgres_program postgres)" -D "$data" -c listen_addresses="$(address store)" -c unix_socket_directories= \
    -c max_connections=200 -c shared_buffers=64MB
  await 60 "PostgreSQL" postgres is_postgres_ready
}

is_postgres_ready() { # [MACHINE]
  within "${1:-store}" "$(postgres_program pg_isready)" --quiet --host="$(address "${1:-store}")"
}

query() { # MACHINE SQL
  within "$1" "$(postgres_program psql)" --quiet --no-psqlrc --tuples-only --no-align \
    --dbname="postgresql://hearth@$(address "$1")/postgres" --command="$2"
}

# A copy that follows; from then on a commit is acknowledged when the copy has it too.
start_replica() {
  local data=$folder/replica/data
  if [[ ! -d $data ]]; then
    mkdir -p "$folder/replica"
    chown postgres "$folder/replica"
    echo "host replication all 10.77.0.0/24 trust" >>"$folder/postgres/data/pg_hba.conf"
    query store "SELECT pg_reload_conf()" >/dev/null
    within replica setpriv --reuid=postgres --regid=postgres --clear-groups --inh-caps=-all "$(postgres_program pg_basebackup)" \
      --pgdata="$data" --write-recovery-conf --checkpoint=fast --no-sync --dbname="host=$(address store) user=hearth" >"$folder/replica/log" 2>&1 ||
      fail "the replica could not be made; see $folder/replica/log"
  fi
  # Once it is the primary it waits for no other.
  launch replica nsenter --net="/run/netns/$(namespace replica)" -- \
    setpriv --reuid=postgres --regid=postgres --clear-groups --inh-caps=-all \
    "$(postgres_program postgres)" -D "$data" -c listen_addresses="$(address replica)" -c unix_socket_directories= \
    -c max_connections=200 -c shared_buffers=64MB -c synchronous_standby_names=
  await 60 "the replica" replica is_postgres_ready replica
  query store "ALTER SYSTEM SET synchronous_standby_names = '*'" >/dev/null
  query store "SELECT pg_reload_conf()" >/dev/null
  await 60 "the replica follows" replica follows
}

follows() {
  [[ $(query store "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1 ]]
}

# Of the database that all members share: with a replica, of whichever takes writes.
store_url() {
  local other=
  [[ ${replica:-no} == no ]] || other=,$(address replica)
  echo "postgresql://hearth@$(address store)$other/hearth"
}

make_database() {
  within store "$(postgres_program psql)" --quiet --no-psqlrc --dbname="postgresql://hearth@$(address store)/postgres" \
    --command="CREATE DATABASE hearth" >>"$folder/postgres/log" 2>&1 || fail "the database could not be made; see $folder/postgres/log"
}

# What there is of servers that speak S3: moto where python has it, else S3Mock, by Maven. Both keep little and check less.
find_bucket() {
  local python java
  for python in python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import moto.server' 2>/dev/null; then
      bucket_command=("$python" -m moto.server -H "$(address store)" -p 9090)
      return
    fi
  done
  java=$(command -v java || compgen -G "${JAVA_HOME:-/usr/lib/jvm/*}/bin/java" | sort -V | tail -n 1) || true
  command -v mvn >/dev/null && [[ -n $java ]] || return 1
  say "  fetching S3Mock by Maven"
  mvn -B -q dependency:copy -Dartifact=com.adobe.testing:s3mock:5.2.0:jar:exec -DoutputDirectory="$folder/bucket" >&2 || return 1
  bucket_command=("$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$folder/bucket/s3mock-5.2.0-exec.jar"
    --http.port=9090 --server.port=9091 --vectors.http.port=9092 --vectors.https.port=9093
    --com.adobe.testing.s3mock.store.root="$folder/bucket/objects" --com.adobe.testing.s3mock.store.initialBuckets=packages
    --com.adobe.testing.s3mock.store.retainFilesOnExit=true)
}

start_bucket() {
  mkdir -p "$folder/bucket"
  local -a bucket_command
  find_bucket || return 1
  launch bucket nsenter --net="/run/netns/$(namespace store)" -- "${bucket_command[@]}"
  await 90 "the S3 server" bucket does_bucket_answer
  # One that has it already says so, and nothing changes.
  # shellcheck disable=SC2016
  within store timeout 20 bash -c 'exec 3<>"/dev/tcp/$0/9090" && printf "PUT /packages HTTP/1.1\r\nHost: %s:9090\r\nContent-Length: 0\r\nConnection: close\r\nAuthorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n" "$0" >&3 && cat <&3' \
    "$(address store)" >>"$folder/bucket/log" 2>&1 || fail "the bucket could not be made; see $folder/bucket/log"
}

does_bucket_answer() {
  [[ -n $(ask store 9090 /) ]]
}

# On the machine's loopback, so that its programs reach it; its connections to members begin in the cluster's network.
start_balancer() {
  local host servers=()
  mkdir -p "$folder/balancer"
  for host in $members_of_balancer; do
    servers+=(--member "$host=$(address "$host"):9000@$(zone "$host")")
  done
  "$hearth" haproxy-config --listen "127.0.0.1:$port" "${servers[@]}" |
    sed "s/^  server .*/& namespace $network/" >"$folder/balancer/haproxy.cfg"
  printf 'global\n  log stderr format raw local0\n  stats socket %s mode 600 level admin\n' "$folder/balancer/socket" >"$folder/balancer/example.cfg"
  launch balancer "$haproxy" -W -db -f "$folder/balancer/haproxy.cfg" -f "$folder/balancer/example.cfg"
  await 20 "HAProxy" balancer test -S "$folder/balancer/socket"
}

# ---- Hearth ---------------------------------------------------------------------------------------------------------

is_member() { # HOST
  [[ " $members_of_balancer " == *" $1 "* ]]
}

roles_of() { # HOST
  local setting=roles_$1
  echo "${!setting}"
}

# Members let in who signs with this key. Those that share a store keep it there.
make_key() {
  local made
  if [[ $members == yes ]]; then
    made=$(within store "$hearth" keys create --store "$(store_url)")
  else
    made=$("$hearth" keys create --data "$folder/host1/data")
  fi
  access_key=$(sed -n 's/^Access key id: *//p' <<<"$made")
  secret_key=$(sed -n 's/^Secret access key: *//p' <<<"$made")
}

has_role() { # HOST ROLE
  [[ ",$(roles_of "$1")," == *",$2,"* ]]
}

# Where workers join, of each member but this host.
joins_of() { # HOST
  local host joins=()
  for host in $members_of_balancer; do
    [[ $host == "$1" ]] || joins+=("$(address "$host"):9100")
  done
  local IFS=,
  echo "${joins[*]}"
}

program() { # PATH, of a program of Hearth's: as it is from any folder
  [[ -f $1 && -x $1 ]] || fail "there is no program $1"
  readlink -f "$1"
}

# Each host may run another release.
program_of() { # HOST
  cat "$folder/$1/program" 2>/dev/null || echo "$hearth"
}

set_program() { # HOST PROGRAM
  local found
  found=$(program "$2") || exit 1
  mkdir -p "$folder/$1"
  echo "$found" >"$folder/$1/program"
}

build() { # PROGRAM, where it is that of a checkout
  [[ ! -e $(dirname "$1")/pom.xml ]] || "$1" build
}

# A command of hearth's that is about the members' database.
cluster_command() { # COMMAND [ARGUMENT...]
  within store "$hearth" "$@" --store "$(store_url)"
}

# Whether all members are ready and own all shards together, twice in a row: while some are handed over, there are fewer.
are_shards_settled() {
  local look
  for look in 1 2; do
    cluster_command status | awk -v members="$(wc -w <<<"$members_of_balancer")" '
      /^member / { if ($3 == "ready,") ready++; for (i = 2; i <= NF; i++) if ($i == "shards,") shards += $(i - 1) }
      END { exit !(ready == members && shards == 64) }' || return 1
    ((look == 2)) || sleep 2
  done
}

# Whether HAProxy takes the host for ready.
does_balancer_see() { # HOST
  perl -MIO::Socket::UNIX -e '
    my $socket = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
    print $socket "show stat\n";
    print while <$socket>;' "$folder/balancer/socket" |
    awk -F, -v host="$1" '$1 == "members" && $2 == host && $18 ~ /^UP/ { up = 1 } END { exit !up }'
}

start_hearth() { # HOST
  local host=$1 joins options=() clock=() started
  started=$(program_of "$host")
  mkdir -p "$folder/$host"
  options=(--host "$(address "$host")" --port 9000 --roles "$(roles_of "$host")" --data "$folder/$host/data"
    --cluster-certificates "$folder/cluster/$host" --pool-memory 64 --allow-network 10.77.0.0/24)
  if is_member "$host"; then
    options+=(--auth sigv4 --public-url "http://127.0.0.1:$port" --workers-listen "$(address "$host"):9100" --store "$(store_url)")
    [[ $objects == no ]] || options+=(--objects "s3://packages/hearth?endpoint=http://$(address store):9090")
    [[ $members == no ]] || options+=(--cluster-listen "$(address "$host"):9200" --zone "$(zone "$host")")
  fi
  joins=$(joins_of "$host")
  if ! is_member "$host"; then
    options+=(--join "$joins" --zone "$(zone "$host")")
  fi
  if [[ -e $folder/clock.so ]]; then
    [[ -e $folder/$host/clock ]] || set_clock "$host" 0
    clock=(LD_PRELOAD="$folder/clock.so" EXAMPLE_CLOCK="$folder/$host/clock")
  fi
  launch "$host" env AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "${clock[@]}" \
    nsenter --net="/run/netns/$(namespace "$host")" -- "$started" up "${options[@]}"
}

await_hearth() { # HOST
  await 120 "$1 is ready" "$1" answers "$1" 9000 /_hearth/ready 200
}

# By how many seconds the host's clock is off: eight bytes, which its processes look at each time they want to know the time.
set_clock() { # HOST SECONDS
  local hex byte bytes=
  printf -v hex '%016x' "$2"
  for ((byte = 14; byte >= 0; byte -= 2)); do bytes+="\\x${hex:byte:2}"; done
  # Written in place: it is mapped by those who read it.
  printf '%b' "$bytes" | dd of="$folder/$1/clock" bs=8 count=1 conv=notrunc status=none
}

clock_of() { # HOST
  [[ -e $folder/$1/clock ]] && od -An -t d8 "$folder/$1/clock" | tr -d ' ' || echo 0
}

# As `Instance` names what a server has on its machine.
instance_of() { # HOST
  printf %s "$folder/$1/data" | sha256sum | cut -c 1-8
}
