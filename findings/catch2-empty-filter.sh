#!/usr/bin/env bash
# Catch2 2.13.10: a test program whose filter matches no test exits with 0.
#
# Expected: an error, as in Catch2 3 (2), and as for a filter with a syntax error.
# Seen: "No test cases matched", and success.
# Why it matters here: CTest runs the system tests by file, with a filter on the file name. After renaming a file its
# tests would never run again, and every run would pass. tests/support/run_tests.cpp enables the warning "NoTests".
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

unpack catch2=2.13.10-1
cat >program.cpp <<'CPP'
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
TEST_CASE("the only one", "[one]") { CHECK(1 + 1 == 2); }
CPP
g++ -O0 -isystem usr/include program.cpp -o program

status_of() {
  local status=0
  ./program "$@" >output 2>&1 || status=$?
  echo "$status"
}

found=$(status_of '[one]')
empty=$(status_of '[two]')
warned=$(grep -c 'No test cases matched' output || true)
asked=$(status_of -w NoTests '[two]')
echo "catch2 2.13.10-1: exit status $found with a filter that matches, $empty with one that does not (its output"
echo "warns in $warned line), $asked with the latter and -w NoTests"
[[ $found == 0 && $empty == 0 && $warned == 1 && $asked == 2 ]] || {
  echo "the behavior has changed: expected 0, 0, 1 line, 2" >&2
  exit 1
}
