#!/usr/bin/env bash
# SQLite 3.40.1: where trusted_schema is off, a view may not call json_extract(), but it may call json_tree().
#
# Expected: both are taken. What has no side effects and depends on its arguments alone is innocuous by SQLite's
# documentation, and stays allowed.
# Seen: "unsafe use of json_extract()". SQLite 3.46 takes both.
# Why it matters here: the store's views take JSON apart, and must work for programs that do not trust schemas, as the
# daemon does not. They use json_tree() and json_each() alone. A view that was tested on Debian 13 only would be refused
# on Debian 12.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# unpack PACKAGE=VERSION...: into the temporary folder; nothing is installed. Exits with 3 where apt cannot have them.
unpack() {
  if ! { apt-get -q download "$@" || { apt-get -q update && apt-get -q download "$@"; }; } >apt.log 2>&1; then
    tail -n 5 apt.log >&2
    echo "not tried: apt does not offer $* here (Debian 12 does, in its main section), or there is no network" >&2
    exit 3
  fi
  for package in ./*.deb; do dpkg -x "$package" .; done
}

unpack sqlite3=3.40.1-2+deb12u2 libsqlite3-0=3.40.1-2+deb12u2

ask() {
  local libraries
  libraries=$(dirname usr/lib/*/libsqlite3.so.0)
  LD_LIBRARY_PATH=$libraries usr/bin/sqlite3 -batch :memory: 2>&1 <<SQL || true
PRAGMA trusted_schema = $1;
CREATE TABLE records (body TEXT);
INSERT INTO records VALUES ('{"claimId":"CL00000042"}');
CREATE VIEW extracted AS SELECT json_extract(body, '$.claimId') AS claim FROM records;
CREATE VIEW walked AS SELECT (SELECT atom FROM json_tree(body, '$.claimId')) AS claim FROM records;
SELECT claim FROM $2;
SQL
}

trusted=$(ask ON extracted)
extracted=$(ask OFF extracted)
walked=$(ask OFF walked)
echo "sqlite3 3.40.1-2+deb12u2, trusted_schema on:  a view with json_extract() answers: $trusted"
echo "sqlite3 3.40.1-2+deb12u2, trusted_schema off: a view with json_extract() answers: $extracted"
echo "sqlite3 3.40.1-2+deb12u2, trusted_schema off: a view with json_tree() answers: $walked"
[[ $trusted == CL00000042 && $extracted == *'unsafe use of json_extract()'* && $walked == CL00000042 ]] || {
  echo "that has changed: expected CL00000042, a refusal, CL00000042" >&2
  exit 1
}
