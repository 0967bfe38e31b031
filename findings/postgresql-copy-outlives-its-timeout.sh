#!/usr/bin/env bash
# PostgreSQL 15.20 applies statement_timeout to a COPY FROM STDIN only when the client sends something.
#
# Expected: statement_timeout bounds each statement, from its arrival to its end. The documentation of the parameter
# makes no exception for COPY.
# Seen: with statement_timeout = 500 ms, pg_sleep is canceled after half a second. A COPY whose client pauses is still
# active after six times that, with its locks; it is canceled as soon as the next row arrives.
# Why it matters here: a daemon that is stopped (SIGSTOP, a frozen machine) inside the COPY of a page would keep the
# lease's row locked for as long as it is stopped, and no other daemon could take over. So the daemon that takes an
# expired lease ends such sessions (pg_terminate_backend). Other clients that use COPY may block the service's
# transactions in the same way.
set -euo pipefail
work=$(mktemp -d)
server=''
finish() {
  exec 3>&- 2>/dev/null || true
  [[ -z $server ]] || kill -INT "$server" 2>/dev/null || true
  [[ -z $server ]] || wait "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
cd "$work"

skip() {
  echo "skipped: $*" >&2
  exit 3
}
version=15.20-0+deb12u1
packages=("postgresql-15=$version" "postgresql-client-15=$version" "libpq5=$version")
if ! { apt-get -q download "${packages[@]}" ||
  { apt-get -q update && apt-get -q download "${packages[@]}"; }; } >apt.log 2>&1; then
  skip "apt does not offer ${packages[*]} here (Debian 12 does), or the network is unavailable"
fi
for package in ./*.deb; do dpkg -x "$package" .; done
bin=$work/usr/lib/postgresql/15/bin
LD_LIBRARY_PATH=$work/$(dirname usr/lib/*/libpq.so.5)
export LD_LIBRARY_PATH
# The server refuses to run as root.
as_user=()
if ((EUID == 0)); then
  as_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  chown 65534:65534 "$work"
fi
"${as_user[@]}" "$bin/initdb" --no-sync --auth=trust --username=postgres data >initdb.log 2>&1 ||
  skip "the server's libraries are missing: install postgresql-15"
"${as_user[@]}" "$bin/postgres" -D data -k "$work" -c listen_addresses= -c fsync=off >server.log 2>&1 &
server=$!
sql() { "$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --host "$work" --username postgres "$@" 2>&1 || true; }
until [[ $(sql -c 'SELECT 1') == 1 ]]; do kill -0 "$server"; done

limit="SET statement_timeout = '500ms'"
slept=$(sql -c "$limit" -c 'SELECT pg_sleep(3)')
sql -c 'CREATE TABLE t (a int)' >/dev/null
mkfifo rows
sql -c "$limit" -c 'COPY t FROM STDIN' <rows >copied &
client=$!
exec 3>rows
active="SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY t%' AND state = 'active'"
until [[ $(sql -c "$active AND clock_timestamp() - query_start > interval '3 s'") == 1 ||
  $(sql -c "$active") == 0 && -s copied ]]; do kill -0 "$server"; done
during=$(sql -c "$active")
echo 1 >&3
exec 3>&-
wait "$client"
printf '%s\n' "postgresql-15 $version" "pg_sleep(3): $slept" \
  "a COPY that waits for its client for 3 s: active sessions $during" "after the next row: $(head -n 1 copied)"
[[ $slept == *'canceling statement due to statement timeout'* && $during == 1 &&
  $(cat copied) == *'canceling statement due to statement timeout'* ]] || {
  echo "the behavior has changed" >&2
  exit 1
}
