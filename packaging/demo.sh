#!/usr/bin/env bash
# Demonstrates the product on this machine. `packaging/demo.sh --help` describes it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=demo-lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/demo-lib.sh"

usage() {
  cat <<'END'
usage: packaging/demo.sh [--postgres]

Builds the product, starts a portal on loopback with 20,000 invented records, synchronizes them into SQLite, changes
some records at the portal, has it announce some of the changes by SNS events, and shows the results in plain SQL.

  --postgres  instead runs three daemons on a private PostgreSQL server, kills the one that is loading, and shows that
              another one takes over

Finally stops and removes everything that it started. Exits with 0 only if the store and the portal are equal.
END
}

case ${1:-} in
  '') ;;
  --postgres) exec "$root/packaging/demo-postgres.sh" ;;
  --help | -h) usage && exit 0 ;;
  *) misuse "unknown option $1" ;;
esac

readonly records=20000 batch=400
readonly touched=25 disabled=3 added=10 submitted=5
readonly topic=arn:aws:sns:us-west-2:123456789012:carecloud
daemon_pid=''

# value SQL: prints a plain value from the store. show [MODE] SQL: prints the query and its result for people.
value() {
  sqlite3 -readonly "$work/store.db" "$1"
}
show() {
  local mode=-box
  if [[ $1 == -* ]]; then mode=$1 && shift; fi
  printf '%s\n' "$1"
  sqlite3 -readonly "$mode" "$work/store.db" "$1"
}

# enabled_ids COUNT OFFSET: prints a JSON array of the ids of records that are not disabled, so editing one is an
# update.
enabled_ids() {
  value "SELECT json_group_array(id) FROM (SELECT id FROM records WHERE NOT json_extract(body, '\$.disabled')
         ORDER BY id LIMIT $1 OFFSET $2)"
}

requests() {
  control GET /counts | jq .requests.query
}

# Prints the address of the daemon's SNS endpoint. It is read from the log, because the kernel chooses the port.
endpoint() {
  sed -n 's/.*SNS endpoint listening.* address=\([^ ]*\).*/\1/p' "$logs/demo-events.log" | head -n 1
}
endpoint_listens() {
  [[ -n $(endpoint) ]]
}

at_least() {
  (($(value "$1") >= $2))
}

# Prints the id and SHA-256 of each record in the store.
stored() {
  python3 - "$work/store.db" <<'PYTHON'
import hashlib, sqlite3, sys
store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for record, body in store.execute("SELECT id, body FROM records WHERE deleted_at IS NULL"):
    print(record, hashlib.sha256(body.encode()).hexdigest())
PYTHON
}

build_programs --without-tests

heading "A portal on loopback: $records invented records, $batch per value of modified"
work=$(mktemp -d)
printf 'demo-key\n' >"$work/api-key"
chmod 600 "$work/api-key"
quietly "$logs/demo-certificate.log" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 90 \
  -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout "$work/endpoint.key" -out "$work/endpoint.pem" ||
  failed "$logs/demo-certificate.log" "cannot create the certificate of the endpoint"
chmod 600 "$work/endpoint.key"
start_portal --records "$records" --batch "$batch" --sns-port 0 --sns-topic "$topic" --sns-ca-out "$work/sns-ca.pem" \
  --sns-endpoint-ca "$work/endpoint.pem"

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
compare stored

heading "carecloud-syncd, running as a service and polling every second while the portal changes"
before=$(value "SELECT max(seq) FROM changes")
"$bin/carecloud-syncd" --config "$work/config.yaml" >"$logs/demo-daemon.log" 2>&1 &
daemon_pid=$!
children+=("$daemon_pid")
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
compare stored

# stop_daemon LOG: sends SIGTERM to the daemon, which must exit with 0.
stop_daemon() {
  local status=0
  stop "$daemon_pid" || status=$?
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
children+=("$daemon_pid")
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
compare stored

heading "carecloudctl status"
"$bin/carecloudctl" --url "unix:$work/api.sock" status
stop_daemon "$logs/demo-events.log"
