#!/usr/bin/env bash
# SQLite 3.40.1: round(2.675, 2) is 2.68, although the stored number is less than 2.675.
#
# Expected: 2.67, as in C's printf, Python and SQLite 3.46: the nearest double to 2.675 is 2.67499999999999982236...
# Seen: 2.68; the same with SQLite's printf('%.2f'), and with 0.285 and 1.005.
# Why it matters here: hours and fees are REAL in the store's views. The same query on the same store may return a
# different last digit on Debian 12 than on Debian 13, so tests do not compare rounded text, and programs that pay by
# such sums should round them outside of SQL.
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

libraries=$(dirname usr/lib/*/libsqlite3.so.0)
rounded=$(LD_LIBRARY_PATH=$libraries usr/bin/sqlite3 -batch :memory: \
  "SELECT round(2.675, 2), printf('%.2f', 2.675), round(0.285, 2), round(1.005, 2)")
below=$(LD_LIBRARY_PATH=$libraries usr/bin/sqlite3 -batch :memory: "SELECT printf('%!.20f', 2.675)")
by_c=$(LC_ALL=C awk 'BEGIN { printf "%.2f|%.2f|%.2f|%.2f", 2.675, 2.675, 0.285, 1.005 }')
echo "sqlite3 3.40.1-2+deb12u2: $rounded"
echo "C's printf:               $by_c"
echo "2.675 as stored by SQLite:       $below"
[[ $rounded == '2.68|2.68|0.29|1.01' && $by_c == '2.67|2.67|0.28|1.00' && $below == 2.674999* ]] || {
  echo "the behavior has changed: expected 2.68|2.68|0.29|1.01 and 2.67|2.67|0.28|1.00" >&2
  exit 1
}
