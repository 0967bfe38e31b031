#!/usr/bin/env bash
# SQLite 3.40.1 applies a write-ahead log to another database that was moved into the place of the log's own.
#
# Expected: an error, or the log is passed over: it has a checksum and a salt, and it belongs to another file.
# Seen: the rows of the file that is gone, no error, and PRAGMA integrity_check says ok. The salt ties the log's frames
# to each other; nothing in the database names the log that belongs to it.
# Why it matters here: `mv backup store.db` beside a log that a killed process left is how a backup is restored in a
# hurry, and the records would be those of neither time. The store's marker knows which file and which log belonged
# together, and the next start sets such a log aside. Whoever restores a store by hand removes store.db-wal and
# store.db-shm as well.
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

# The log of what is written stays, as after a kill.
sql() {
  local libraries
  libraries=$(dirname usr/lib/*/libsqlite3.so.0)
  LD_LIBRARY_PATH=$libraries usr/bin/sqlite3 -batch "$1" ".dbconfig no_ckpt_on_close on" "$2" 2>&1 |
    grep -v '^ *no_ckpt_on_close '
}

sql store.db "PRAGMA journal_mode = wal; CREATE TABLE claims (amount); PRAGMA wal_checkpoint(TRUNCATE)" >sql.log
cp store.db backup.db
sql backup.db "PRAGMA journal_mode = delete;
  INSERT INTO claims VALUES ('of the backup'); PRAGMA journal_mode = wal" >sql.log
rm -f backup.db-wal backup.db-shm
sql store.db "INSERT INTO claims VALUES ('of the file that is gone')" || true
[[ -s store.db-wal ]] || { echo "the log did not stay" >&2; exit 1; }

alone=$(cp backup.db alone.db && sql alone.db "SELECT amount FROM claims")
mv backup.db store.db
seen=$(sql store.db "SELECT amount FROM claims")
check=$(sql store.db "PRAGMA integrity_check")
echo "sqlite3 3.40.1-2+deb12u2"
echo "the backup alone:                    $alone"
echo "the backup beside the former log:    $seen; integrity_check: $check"
[[ $alone == 'of the backup' && $seen == 'of the file that is gone' && $check == ok ]] || {
  echo "that has changed: expected the row of the file that is gone, and ok" >&2
  exit 1
}
