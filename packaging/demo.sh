#!/usr/bin/env bash
# Demonstrates the product on this machine alone: builds it, starts a portal on loopback with 20,000 invented records,
# synchronizes them into SQLite, changes some at the portal, has it announce some by SNS events, and shows the result in
# plain SQL. Stops and removes everything that it started. Exits with 0 only if the store and the portal are equal.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

readonly entity=claim_attendance records=20000 batch=400
readonly touched=25 disabled=3 added=10 submitted=5
readonly topic=arn:aws:sns:us-west-2:123456789012:carecloud
readonly logs=$root/build/log bin=$root/build/release/daemon
work=''
portal_pid=''
daemon_pid=''

# stop PID: stops a program that was started here, waits for it, and returns its exit code.
stop() {
  kill -TERM "$1" 2>/dev/null || true
  wait "$1"
}

cleanup() {
  [[ -z $daemon_pid ]] || stop "$daemon_pid" || true
  [[ -z $portal_pid ]] || stop "$portal_pid" || true
  [[ -z $work ]] || rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

heading() {
  if [[ -t 1 ]]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi
}

# failed LOG WHAT: shows the end of the log, and exits.
failed() {
  show_end "$1"
  die "$2"
}

# wait_for LOG PID WHAT COMMAND...: repeats the command until it succeeds, for at most 60 s and while PID runs.
wait_for() {
  local log=$1 pid=$2 what=$3 end=$((SECONDS + 60))
  shift 3
  until "$@"; do
    kill -0 "$pid" 2>/dev/null || failed "$log" "$what: the program exited"
    ((SECONDS < end)) || failed "$log" "$what: not within 60 s"
    sleep 0.1
  done
}

# value SQL: a plain value from the store. show [MODE] SQL: the query and its result, for people.
value() {
  sqlite3 -readonly "$work/store.db" "$1"
}
show() {
  local mode=-box
  if [[ $1 == -* ]]; then mode=$1 && shift; fi
  printf '%s\n' "$1"
  sqlite3 -readonly "$mode" "$work/store.db" "$1"
}

# control METHOD PATH [BODY]: the portal's control port.
control() {
  curl -sS --fail-with-body --noproxy '*' --max-time 30 -X "$1" "$control_url$2" ${3:+--data-binary "$3"}
}

# enabled_ids COUNT OFFSET: a JSON array of records that are not disabled, so that editing one is an update.
enabled_ids() {
  value "SELECT json_group_array(id) FROM (SELECT id FROM records WHERE NOT json_extract(body, '\$.disabled')
         ORDER BY id LIMIT $1 OFFSET $2)"
}

requests() {
  control GET /counts | jq .requests.query
}

# The address of the daemon's SNS endpoint, from its log: the kernel chose the port.
endpoint() {
  sed -n 's/.*SNS endpoint listening.* address=\([^ ]*\).*/\1/p' "$logs/demo-events.log" | head -n 1
}
endpoint_listens() {
  [[ -n $(endpoint) ]]
}

at_least() {
  (($(value "$1") >= $2))
}

# Compares the portal's records by id and SHA-256 with the bytes in the store.
compare() {
  control GET "/records/$entity?keys=1" | jq -r '"\(._id) \(.sha256)"' | sort >"$work/portal.txt"
  python3 - "$work/store.db" <<'PYTHON' | sort >"$work/store.txt"
import hashlib, sqlite3, sys
store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for record, body in store.execute("SELECT id, body FROM records WHERE deleted_at IS NULL"):
    print(record, hashlib.sha256(body.encode()).hexdigest())
PYTHON
  if ! diff "$work/portal.txt" "$work/store.txt" >"$work/difference.txt"; then
    head -n 20 "$work/difference.txt" >&2
    die "the store differs from the portal in $(grep -c '^[<>]' "$work/difference.txt") line(s)"
  fi
  printf 'The store has all %s records of the portal: every id, every byte (SHA-256).\n' \
    "$(wc -l <"$work/store.txt")"
}

build() {
  configure release && cmake --build --preset release --target carecloud-syncd carecloud-portal carecloudctl
}

heading "Building"
quietly "$logs/demo-packages.log" packaging/install-dependencies.sh --without-tests ||
  failed "$logs/demo-packages.log" "some packages could not be installed"
usable_ccache
quietly "$logs/demo-build.log" build || failed "$logs/demo-build.log" "the build failed"
"$bin/carecloud-syncd" --version

heading "A portal on loopback: $records invented records, $batch per value of modified"
work=$(mktemp -d)
printf 'demo-key\n' >"$work/api-key"
chmod 600 "$work/api-key"
quietly "$logs/demo-certificate.log" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
  -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout "$work/endpoint.key" -out "$work/endpoint.pem" ||
  failed "$logs/demo-certificate.log" "cannot create the certificate of the endpoint"
chmod 600 "$work/endpoint.key"
"$bin/carecloud-portal" --entity "$entity" --records "$records" --batch "$batch" --control 0 \
  --api-key-file "$work/api-key" --port-file "$work/portal.json" --sns-port 0 --sns-topic "$topic" \
  --sns-ca-out "$work/sns-ca.pem" --sns-endpoint-ca "$work/endpoint.pem" >"$logs/demo-portal.log" 2>&1 &
portal_pid=$!
wait_for "$logs/demo-portal.log" "$portal_pid" "start the portal" test -s "$work/portal.json"
base_url=$(jq -r .base_url "$work/portal.json")
control_url=$(jq -r .control_url "$work/portal.json")
echo "$base_url"

heading "The configuration"
tee "$work/config.yaml" <<YAML
portal:
  base_url: $base_url
  workspace_id: "636eeb5d8029cf0df6932c16"
  bucket_id: "636eeb5d8029cf0df6932c16"
  api_key_file: $work/api-key
  rate: { per_second: 100, burst: 100 }
streams:
  - entity: $entity
    poll_every: 1s
store:
  url: sqlite:$work/store.db
api:
  listen: "unix:$work/api.sock"
YAML

heading "carecloud-syncd --once"
quietly "$logs/demo-once.log" "$bin/carecloud-syncd" --config "$work/config.yaml" --once ||
  failed "$logs/demo-once.log" "carecloud-syncd --once failed"
first_requests=$(requests)
show "SELECT (SELECT count(*) FROM records) AS records, (SELECT count(*) FROM changes) AS changes,
       (SELECT count(*) FROM quarantine) AS quarantined;"
show "SELECT modified, count(*) AS records FROM records GROUP BY modified ORDER BY records DESC, modified LIMIT 3;"
show -line "SELECT stream, cursor_modified, cursor_id, safe_modified, dialect FROM streams;"
echo "Queries answered by the portal: $first_requests"
compare

heading "carecloud-syncd, running as a service and polling every second while the portal changes"
before=$(value "SELECT max(seq) FROM changes")
"$bin/carecloud-syncd" --config "$work/config.yaml" >"$logs/demo-daemon.log" 2>&1 &
daemon_pid=$!
control POST /touch "{\"entity\":\"$entity\",\"ids\":$(enabled_ids "$touched" 0)}" >"$work/control.log"
control POST /disable "{\"entity\":\"$entity\",\"ids\":$(enabled_ids "$disabled" "$touched")}" >"$work/control.log"
control POST /generate "{\"entity\":\"$entity\",\"count\":$added,\"shape\":\"light\",\"batch\":$added}" \
  >"$work/control.log"
echo "At the portal: $touched records edited, $disabled disabled, $added added."
wait_for "$logs/demo-daemon.log" "$daemon_pid" "see the changes in the store" \
  at_least "SELECT count(*) FROM changes WHERE seq > $before" $((touched + disabled + added))
show "SELECT kind, count(*) AS changes FROM changes WHERE seq > $before GROUP BY kind ORDER BY kind;"
show "SELECT seq, kind, id, modified, committed_at FROM changes ORDER BY seq DESC LIMIT 5;"
show -line "SELECT cursor_modified, cursor_id, safe_modified FROM streams;"
echo "Queries since --once: $(($(requests) - first_requests))"

came=$(value "SELECT group_concat(kind || ' ' || n, ', ')
              FROM (SELECT kind, count(*) AS n FROM changes WHERE seq > $before GROUP BY kind ORDER BY kind)")
[[ $came == "created $added, disabled $disabled, updated $touched" ]] ||
  failed "$logs/demo-daemon.log" "the changes in the store differ from those at the portal: $came"
compare

# stop_daemon LOG: SIGTERM to the daemon, which must exit with 0.
stop_daemon() {
  local status=0
  stop "$daemon_pid" || status=$?
  daemon_pid=''
  ((status == 0)) || failed "$1" "carecloud-syncd exited with $status"
  echo "carecloud-syncd exited with 0."
}

heading "SIGTERM"
stop_daemon "$logs/demo-daemon.log"

heading "Events: the portal's SNS announces each submission; polls are five minutes apart"
sed -i 's/poll_every: 1s/poll_every: 5m/' "$work/config.yaml"
sns_host=$(jq -r '.sns_url | ltrimstr("https://")' "$work/portal.json")
tee -a "$work/config.yaml" <<YAML
sns:
  listen: 127.0.0.1:0
  topic_arns: [ "$topic" ]
  tls: { certificate: $work/endpoint.pem, private_key: $work/endpoint.key }
  trust: { certificate_hosts: [ "$sns_host" ], ca_file: $work/sns-ca.pem }
YAML
"$bin/carecloud-syncd" --config "$work/config.yaml" >"$logs/demo-events.log" 2>&1 &
daemon_pid=$!
wait_for "$logs/demo-events.log" "$daemon_pid" "open the SNS endpoint" endpoint_listens
control POST /sns/subscribe "{\"endpoint\":\"https://$(endpoint)/sns\"}" >"$work/control.log"
wait_for "$logs/demo-events.log" "$daemon_pid" "confirm the subscription" \
  at_least "SELECT count(*) FROM subscriptions WHERE state = 'confirmed'" 1
show "SELECT topic_arn, state, changed_at FROM subscriptions;"
control POST /sns/submit "{\"entity\":\"$entity\",\"count\":$submitted}" >"$work/control.log"
wait_for "$logs/demo-events.log" "$daemon_pid" "settle the events" \
  at_least "SELECT count(*) FROM events WHERE state = 'settled'" "$submitted"
show "SELECT e.event_type, e.record_id, e.received_at, c.committed_at AS record_at,
       round((julianday(c.committed_at) - julianday(e.received_at)) * 86400000) AS ms, e.state
  FROM events e JOIN records r ON r.id = e.record_id JOIN changes c ON c.seq = r.seq ORDER BY e.received_at;"
compare

heading "carecloudctl status"
"$bin/carecloudctl" --url "unix:$work/api.sock" status
stop_daemon "$logs/demo-events.log"
