#!/usr/bin/env bash
# SQLite 3.40.1 reads the first of two members with the same name, PostgreSQL (PGlite 0.5.17) the last; and PostgreSQL
# reads no member at all of a text in which another member contains \u0000.
#
# Expected: the same valid JSON text has the same value in every database, or an error for the ambiguous member only.
# RFC 8259 permits duplicate names and \u0000, and leaves open which of two members counts.
# Seen: $.amount of {"amount":1,"amount":2} is 1 in SQLite and 2 in PostgreSQL, without a warning from either. In
# PostgreSQL, ->> 'amount' of a text with \u0000 in a comment is an error that ends the whole query.
# Why it matters here: an agency that moves its store from SQLite to PostgreSQL would see other amounts in the same view
# of the same bytes, and a payment list would fail because of one record's comment. The views on PostgreSQL therefore
# take the first member, read a copy of the body in which such escapes are replaced, and list the record in
# claim_attendance_malformed. Queries of your own over `body` should do the same.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

skip() {
  echo "skipped: $*" >&2
  exit 3
}
command -v npm >/dev/null || skip "npm is not installed"
npm install --silent --no-audit --no-fund --ignore-scripts @electric-sql/pglite@0.5.17 >npm.log 2>&1 ||
  skip "npm does not offer @electric-sql/pglite 0.5.17 here, or the network is unavailable"
sqlite=(sqlite3=3.40.1-2+deb12u2 libsqlite3-0=3.40.1-2+deb12u2)
if ! { apt-get -q download "${sqlite[@]}" ||
  { apt-get -q update && apt-get -q download "${sqlite[@]}"; }; } >apt.log 2>&1; then
  skip "apt does not offer ${sqlite[*]} here (Debian 12 does), or the network is unavailable"
fi
for package in ./*.deb; do dpkg -x "$package" .; done
libraries=$(dirname usr/lib/*/libsqlite3.so.0)

twice='{"amount":1,"amount":2}'
escaped='{"amount":1,"comment":"\u0000"}'
in_sqlite() {
  LD_LIBRARY_PATH=$libraries usr/bin/sqlite3 -batch :memory: "SELECT '$1' ->> 'amount'" 2>&1
}
cat >ask.mjs <<'JAVASCRIPT'
import { PGlite } from "@electric-sql/pglite";
const db = new PGlite();
for (const text of process.argv.slice(2)) {
  try {
    console.log((await db.query("SELECT $1::text::json ->> 'amount' AS amount", [text])).rows[0].amount);
  } catch (error) {
    console.log("error " + error.code);
  }
}
JAVASCRIPT
mapfile -t in_postgres < <(node ask.mjs "$twice" "$escaped")
version=$(node -e 'import("@electric-sql/pglite").then(async ({ PGlite }) =>
  console.log((await new PGlite().query("SHOW server_version")).rows[0].server_version))')

echo "sqlite3 3.40.1-2+deb12u2; PGlite 0.5.17, which is PostgreSQL $version"
printf '%-34s SQLite %s, PostgreSQL %s\n' "$twice" "$(in_sqlite "$twice")" "${in_postgres[0]}" \
  "$escaped" "$(in_sqlite "$escaped")" "${in_postgres[1]}"
[[ $(in_sqlite "$twice") == 1 && ${in_postgres[0]} == 2 && $(in_sqlite "$escaped") == 1 &&
  ${in_postgres[1]} == 'error 22P05' ]] || {
  echo "the behavior has changed: expected 1 and 2, then 1 and error 22P05" >&2
  exit 1
}
