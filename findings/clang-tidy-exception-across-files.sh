#!/usr/bin/env bash
# clang-tidy 16.0.6, bugprone-exception-escape: an exception that a destructor lets escape is reported only if the
# function that throws is in the same translation unit.
#
# Expected: the same findings whether a project's files are checked one by one or included in one unit; or a note that
# a called function could not be judged.
# Seen: no finding for the file of the destructor, exit status 0; a finding once both files are one unit.
# Why it matters here: a destructor that throws ends the daemon. A check of single files, as editors and most builds run
# it, says nothing of a destructor whose work is done by functions of other files. tests/style/tidy.cmake has clang-tidy
# read the product as four units, which also shows what crosses files.
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

version=1:16.0.6-15~deb12u1
unpack "clang-tidy-16=$version" "libclang-cpp16=$version" "libllvm16=$version" libz3-4 libedit2 libxml2
cat >file.hpp <<'CPP'
#pragma once
class File {
  public:
    ~File();
    void flush();
};
CPP
cat >file.cpp <<'CPP'
#include "file.hpp"
File::~File() { flush(); }
CPP
cat >flush.cpp <<'CPP'
#include "file.hpp"
void File::flush() { throw 1; }
CPP
cat file.cpp flush.cpp >both.cpp

libraries=$(dirname "$(find usr -name 'libclang-cpp.so.16' | head -n 1)")
# findings_of FILE...: how many are reported.
findings_of() {
  LD_LIBRARY_PATH="$libraries:usr/lib/llvm-16/lib" usr/lib/llvm-16/bin/clang-tidy --quiet \
    --checks='-*,bugprone-exception-escape' "$@" -- -std=c++20 >output 2>errors || { cat output errors >&2 && exit 1; }
  grep -c 'bugprone-exception-escape' output || true
}

apart=$(findings_of file.cpp flush.cpp)
together=$(findings_of both.cpp)
echo "clang-tidy 16.0.6: $apart findings in the two files, $together in a unit that includes both"
[[ $apart == 0 && $together -ge 1 ]] || {
  echo "the behavior has changed: expected 0, and 1 or more" >&2
  exit 1
}
