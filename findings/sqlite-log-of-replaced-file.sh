#!/usr/bin/env bash
# SQLite 3.40.1 applies a write-ahead log to another database that replaced the original file.
#
# Expected: an error, or the log is ignored: it has a checksum and a salt, and it belongs to another file.
# Seen: the rows of the previous file, no error, and PRAGMA integrity_check prints ok. The salt only links the frames of
# the log; the database contains no reference to its log.
# Why it matters here: operators in a hurry restore a backup with `mv backup store.db` while the log of a killed process
# still exists, and the records would be a mixture of both times. The store's marker records which file and which log
# belong together, and the next start renames a log that does not match. To restore a store manually, also remove
# store.db-wal and store.db-shm.
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

# Keeps the log, as after a kill.
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
[[ -s store.db-wal ]] || { echo "the log was removed" >&2; exit 1; }

alone=$(cp backup.db alone.db && sql alone.db "SELECT amount FROM claims")
mv backup.db store.db
seen=$(sql store.db "SELECT amount FROM claims")
check=$(sql store.db "PRAGMA integrity_check")
echo "sqlite3 3.40.1-2+deb12u2"
echo "the backup alone:                    $alone"
echo "the backup with the previous log:    $seen; integrity_check: $check"
[[ $alone == 'of the backup' && $seen == 'of the file that is gone' && $check == ok ]] || {
  echo "the behavior has changed: expected the row of the previous file, and ok" >&2
  exit 1
}
