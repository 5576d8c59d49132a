#!/usr/bin/env bash
# Makes a Hearth cluster on this machine: three hosts, each a network namespace with an address of its own, PostgreSQL, a
# server that speaks S3, and HAProxy before them. Nothing of the machine's own network changes. down.sh takes it all away.
# shellcheck disable=SC2034
set -euo pipefail
# shellcheck source=examples/cluster/lib.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/lib.sh"

usage() {
  cat <<'END'
Usage: up.sh [OPTIONS]
  --port PORT              where HAProxy listens, on the machine's loopback (9000)
  --members                host1 and host2 are both members, which share the store; else host1 is the only frontend
  --roles HOST=LIST        the roles of a host, such as host1=control,frontend,events; repeatable
  --replica                PostgreSQL has a replica, which promote.sh puts in its place; with --members
  --no-objects             packages are files of the frontend, and not in a bucket
Variables, for all scripts here:
  CLUSTER_FOLDER=DIR       the folder of everything (/tmp/hearth-cluster); another one is another cluster
  HEARTH=PROGRAM           the program to run, else that of this checkout or release
END
}

access_key='' secret_key=''
port=9000 members=no objects=yes replica=no
roles_host1=control,frontend,worker,events roles_host2=worker roles_host3=worker
given=()
while (($#)); do
  case $1 in
    --port) port=${2:?} && shift ;;
    --members) members=yes roles_host2=$roles_host1 ;;
    --roles) given+=("${2:?}") && shift ;;
    --replica) replica=yes ;;
    --no-objects) objects=no ;;
    -h | --help) usage && exit ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done
for role in "${given[@]}"; do
  [[ $role =~ ^host[123]=[a-z,]+$ ]] || fail "--roles is such as host1=control,frontend,events, and not $role"
  printf -v "roles_${role%%=*}" %s "${role#*=}"
done
[[ $replica == no || $members == yes ]] || fail "--replica is for --members: else only host1 uses the database"
need_root
[[ ! -e $folder ]] || fail "there is something in $folder already; down.sh takes a cluster away"

lacking=()
need() { # PACKAGE, and a program or file of it
  PATH=$PATH:/usr/sbin:/sbin command -v "$2" >/dev/null || lacking+=("$1")
}
need iproute2 ip
need util-linux nsenter
need haproxy haproxy
[[ -n $(postgres_program initdb) ]] || lacking+=(postgresql)
((${#lacking[@]} == 0)) || fail "missing: ${lacking[*]}. Install them: apt-get install ${lacking[*]}"
export PATH=$PATH:/usr/sbin:/sbin
haproxy=$(command -v haproxy)
hearth=$(find_hearth)
if [[ -e $(dirname "$hearth")/pom.xml ]]; then
  say "Building"
  "$hearth" build
fi

mkdir -p "$folder"
chmod 755 "$folder"
up=no
trap '[[ $up == yes ]] || say "It is not up; $scripts/down.sh takes away what there is of it"' EXIT
members_of_balancer=
for host in "${hosts[@]}"; do
  setting=roles_$host
  [[ ",${!setting}," != *,frontend,* ]] || members_of_balancer+=" $host"
done
save() {
  local name
  for name in hearth haproxy port members objects replica members_of_balancer access_key secret_key roles_host1 roles_host2 roles_host3; do
    printf '%s=%q\n' "$name" "${!name}"
  done >"$settings"
}
save

say "Making the network: ${machines[*]}"
ip netns add "$network"
ip -n "$network" link set lo up
ip -n "$network" link add bridge type bridge
ip -n "$network" address add 10.77.0.254/24 dev bridge
ip -n "$network" link set bridge up
for machine in "${machines[@]}"; do
  space=$(namespace "$machine")
  ip netns add "$space"
  ip -n "$space" link set lo up
  ip -n "$network" link add "$machine" type veth peer name eth0 netns "$space"
  ip -n "$network" link set "$machine" master bridge
  ip -n "$network" link set "$machine" up
  ip -n "$space" address add "$(address "$machine")/24" dev eth0
  ip -n "$space" link set eth0 up
  ip -n "$space" route add default via 10.77.0.254
done
if command -v gcc >/dev/null; then
  gcc -O2 -Wall -shared -fPIC -o "$folder/clock.so" "$scripts/clock.c" -ldl
fi

say "Starting PostgreSQL on store"
start_postgres
make_database
if [[ $replica == yes ]]; then
  say "Starting its replica"
  start_replica
fi
if [[ $objects == yes ]]; then
  say "Starting an S3 server on store"
  start_bucket || { say "  there is none: neither moto nor Maven is here. Packages are files of the frontend"; objects=no; save; }
fi

say "Making certificates and a key"
"$hearth" cluster init "$folder/cluster" >/dev/null
for host in "${hosts[@]}"; do
  "$hearth" cluster certificate "$folder/cluster" "$host" --address "$(address "$host")" >/dev/null
done
[[ $members == yes ]] || { make_key; save; }
for host in "${hosts[@]}"; do
  say "Starting Hearth on $host ($(address "$host"), zone $(zone "$host")): $(roles_of "$host")"
  start_hearth "$host"
  # The first member makes the tables; workers look for it.
  ! is_member "$host" || await_hearth "$host"
done
for host in "${hosts[@]}"; do
  await_hearth "$host"
done
# In the tables that the first member has made.
[[ $members == no ]] || { make_key; save; }
say "Starting HAProxy at 127.0.0.1:$port"
start_balancer
"$scripts/status.sh"
up=yes

[[ -z ${CLUSTER_FOLDER:-} ]] || say "export CLUSTER_FOLDER=$folder"
cat <<END

Ready: http://127.0.0.1:$port

  export AWS_ENDPOINT_URL_LAMBDA=http://127.0.0.1:$port AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=$access_key AWS_SECRET_ACCESS_KEY=$secret_key
  aws lambda list-functions
  $scripts/status.sh
  $scripts/kill.sh host3 && $scripts/start.sh host3
  $scripts/cut.sh host2 && $scripts/cut.sh --heal host2
  $scripts/down.sh
END
