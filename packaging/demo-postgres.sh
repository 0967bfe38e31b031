#!/usr/bin/env bash
# `packaging/demo.sh --postgres`: runs three daemons on one PostgreSQL database. The one that is loading is killed in
# the middle of the load; another one takes over, and finally the store equals the portal. Stops and removes everything
# that it started.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=demo-lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/demo-lib.sh"

readonly records=20000 batch=400 page=200 daemons=3
daemon_pids=()

# as_server COMMAND...: runs a program of PostgreSQL. These refuse to run as root, so root runs them as the user of
# Debian's package.
as_server() {
  if ((EUID == 0)); then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi
}

# Starts a private cluster, which only users of this machine can reach, through its UNIX socket.
start_server() {
  programs=$(find /usr/lib/postgresql -path '*/bin/initdb' -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
  [[ -n $programs ]] || die "no PostgreSQL server is installed: apt-get install postgresql"
  server=$work/postgresql
  mkdir "$server"
  chmod 711 "$work"
  if ((EUID == 0)); then chown postgres: "$server"; fi
  quietly "$logs/demo-initdb.log" as_server "$programs/initdb" --pgdata="$server/data" --username=postgres \
    --auth=trust --encoding=UTF8 --locale=C.UTF-8 || failed "$logs/demo-initdb.log" "initdb failed"
  as_server "$programs/postgres" -D "$server/data" -k "$server" -c listen_addresses= >"$logs/demo-postgres.log" 2>&1 &
  children+=($!)
  wait_for "$logs/demo-postgres.log" "$!" "start PostgreSQL" \
    quietly "$logs/demo-psql.log" "$programs/pg_isready" --host="$server"
  sql_as postgres postgres "CREATE ROLE carecloud LOGIN" >"$logs/demo-psql.log"
  sql_as postgres postgres "CREATE DATABASE claims OWNER carecloud" >"$logs/demo-psql.log"
  "$programs/postgres" --version
}

# sql_as USER DATABASE SQL [OPTION...]
sql_as() {
  "$programs/psql" --no-psqlrc --quiet --host="$server" --username="$1" "$2" -v ON_ERROR_STOP=1 "${@:4}" -c "$3"
}
# value SQL: prints a plain value from the store. show SQL: prints the query and its result for people.
value() {
  PGOPTIONS='--search_path=carecloud' sql_as carecloud claims "$1" --tuples-only --no-align
}
show() {
  printf '%s\n' "$1"
  PGOPTIONS='--search_path=carecloud' sql_as carecloud claims "$1"
}
at_least() {
  (($(value "$1") >= $2))
}
stored() {
  value "SELECT id || ' ' || encode(sha256(convert_to(body, 'UTF8')), 'hex') FROM records WHERE deleted_at IS NULL"
}

# start_daemon NUMBER
start_daemon() {
  sed "s/api-N/api-$1/" "$work/config.yaml" >"$work/config-$1.yaml"
  "$bin/carecloud-syncd" --config "$work/config-$1.yaml" >"$logs/demo-daemon-$1.log" 2>&1 &
  daemon_pids[$1]=$!
  children+=($!)
  wait_for "$logs/demo-daemon-$1.log" "$!" "start daemon $1" test -S "$work/api-$1.sock"
}

# Prints the PID of the daemon that holds the lease.
holder() {
  value "SELECT split_part(holder, ':', 2) FROM leases WHERE stream = 'engine'"
}
# Prints the lease's token.
token() {
  value "SELECT coalesce(max(token), 0) FROM leases WHERE stream = 'engine'"
}
# number_of PID: prints the number of the daemon with this PID.
number_of() {
  local number
  for number in "${!daemon_pids[@]}"; do
    if [[ ${daemon_pids[number]} == "$1" ]]; then echo "$number"; fi
  done
}

build_programs --without-checks
work=$(mktemp -d)

heading "A private PostgreSQL server"
start_server

heading "A portal on loopback: $records invented records, half a second per response"
printf 'demo-key\n' >"$work/api-key"
chmod 600 "$work/api-key"
start_portal --records "$records" --batch "$batch" --latency 0.5

heading "The configuration of each daemon"
tee "$work/config.yaml" <<YAML
portal:
  base_url: $base_url
  workspace_id: "636eeb5d8029cf0df6932c16"
  bucket_id: "636eeb5d8029cf0df6932c16"
  api_key_file: $work/api-key
  page_size: $page
  rate: { per_second: 10, burst: 10 }
streams:
  - entity: $entity
    poll_every: 1s
store:
  url: postgresql://carecloud@/claims?host=$server
api:
  listen: "unix:$work/api-N.sock"
YAML

heading "$daemons daemons on one database: one loads, all serve the API"
for ((number = 1; number <= daemons; ++number)); do start_daemon "$number"; done
wait_for "$logs/demo-daemon-1.log" "${daemon_pids[1]}" "load a quarter" \
  at_least "SELECT count(*) FROM records" $((records / 4))
"$bin/carecloudctl" --url "unix:$work/api-2.sock" status || true

heading "kill -9 of the daemon that is loading"
former=$(holder)
former_number=$(number_of "$former")
before=$(token)
printf 'Daemon %s (PID %s) is loading; the store has %s records.\n' "$former_number" "$former" \
  "$(value "SELECT count(*) FROM records")"
kill -KILL "$former"
stop "$former" 2>/dev/null || true
killed=$(date +%s.%N)
unset "daemon_pids[$former_number]"
survivors=("${!daemon_pids[@]}")
alive=${survivors[0]}
wait_for "$logs/demo-daemon-$alive.log" "${daemon_pids[alive]}" "take over" \
  at_least "SELECT max(token) FROM leases WHERE stream = 'engine'" $((before + 1))
printf 'Daemon %s took over after %.1f s.\n' "$(number_of "$(holder)")" "$(jq -n "$(date +%s.%N) - $killed")"

heading "The load continues after the last committed page"
wait_for "$logs/demo-daemon-$alive.log" "${daemon_pids[alive]}" "load everything" \
  at_least "SELECT count(*) FROM first_passes" 1
show "SELECT count(*) AS changes, count(DISTINCT id) AS records, min(seq), max(seq) FROM changes;"
whole="count(*) = $records AND max(seq) = $records AND count(DISTINCT id) = $records"
[[ $(value "SELECT $whole FROM changes") == t ]] ||
  die "the change log has gaps or duplicates"
compare stored

heading "Any daemon accepts requests: a poll is requested from a standby"
control POST /generate "{\"entity\":\"$entity\",\"count\":10,\"shape\":\"light\",\"batch\":10}" >"$work/control.log"
for number in "${survivors[@]}"; do
  if [[ ${daemon_pids[number]} != "$(holder)" ]]; then standby=$number; fi
done
"$bin/carecloudctl" --url "unix:$work/api-$standby.sock" sync "$entity"
compare stored

heading "carecloudctl status, from that daemon"
ready() {
  curl -sS --fail --noproxy '*' --unix-socket "$work/api-$standby.sock" http://localhost/readyz
}
wait_for "$logs/demo-daemon-$standby.log" "${daemon_pids[standby]}" "become ready" \
  quietly "$logs/demo-ready.log" ready
"$bin/carecloudctl" --url "unix:$work/api-$standby.sock" status

heading "SIGTERM"
for number in "${survivors[@]}"; do
  stop "${daemon_pids[number]}" || failed "$logs/demo-daemon-$number.log" "daemon $number exited with $?"
done
echo "${#survivors[@]} daemons exited with 0."
