#!/usr/bin/env bash
# Boost.URL 1.81: port_number() of port 99999 is 34463.
#
# Expected: 0. Its documentation: "If a port is present and the numerical value is representable, it is returned as an
# unsigned integer. Otherwise, the number zero is returned." RFC 3986 allows any number of digits, so the URL is valid.
# Seen: the number modulo 65536.
# Why it matters here: with an extra digit in the port of portal.base_url or of an SNS address, the daemon would connect
# to another port without an error. lib/net/url.cpp parses the digits itself (parse_port()).
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

unpack libboost1.81-dev=1.81.0-5+deb12u1 libboost-url1.81.0=1.81.0-5+deb12u1
cat >program.cpp <<'CPP'
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <iostream>
int main() {
    for (const char* text : {"https://portal.example.org:8443/", "https://portal.example.org:99999/"}) {
        const boost::urls::url_view url = boost::urls::parse_uri(text).value();
        std::cout << url.port() << ' ' << url.port_number() << '\n';
    }
}
CPP
library=$(echo usr/lib/*/libboost_url.so.1.81.0)
g++ -std=c++20 -O0 -isystem usr/include program.cpp "$library" -o program
seen=$(LD_LIBRARY_PATH=$(dirname "$library") ./program)
echo "boost 1.81.0-5+deb12u1, port and port_number():"
echo "$seen"
[[ $seen == $'8443 8443\n99999 34463' ]] || {
  echo "the behavior has changed: expected 8443 8443 and 99999 34463" >&2
  exit 1
}
