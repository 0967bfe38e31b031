#!/usr/bin/env bash
# SQLite 3.40.1: if trusted_schema is off, a view may not call json_extract(), but it may call json_tree().
#
# Expected: both are allowed. According to SQLite's documentation, functions without side effects whose result depends
# only on their arguments are innocuous and stay allowed.
# Seen: "unsafe use of json_extract()". SQLite 3.46 allows both.
# Why it matters here: the store's views parse JSON, and must work for programs that do not trust schemas, such as the
# daemon. They use only json_tree() and json_each(). A view tested only on Debian 13 would be refused on Debian 12.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# unpack PACKAGE=VERSION...: into the temporary folder; nothing is installed. Exits with 3 if apt cannot download them.
unpack() {
  if ! { apt-get -q download "$@" || { apt-get -q update && apt-get -q download "$@"; }; } >apt.log 2>&1; then
    tail -n 5 apt.log >&2
    echo "skipped: apt does not offer $* here (Debian 12 does, in its main section), or the network is unavailable" >&2
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
echo "sqlite3 3.40.1-2+deb12u2, trusted_schema on:  a view with json_extract() returns: $trusted"
echo "sqlite3 3.40.1-2+deb12u2, trusted_schema off: a view with json_extract() returns: $extracted"
echo "sqlite3 3.40.1-2+deb12u2, trusted_schema off: a view with json_tree() returns: $walked"
[[ $trusted == CL00000042 && $extracted == *'unsafe use of json_extract()'* && $walked == CL00000042 ]] || {
  echo "the behavior has changed: expected CL00000042, a refusal, CL00000042" >&2
  exit 1
}
