#!/usr/bin/env bash
# Boost.URL 1.81: the host of https://1.2.3.4.example.com/ is 1.2.3.4, and its path .example.com/.
#
# Expected: the host name 1.2.3.4.example.com. RFC 3986, 3.2.2: a host that is not entirely an IPv4 address is a
# registered name; a reg-name may begin with digits and dots. Such names are in use (10.0.0.1.nip.io, reverse zones).
# Seen: an IPv4 address, and the rest of the name, including the port, at the beginning of the path.
# Why it matters here: with a base_url of that form, the daemon would connect to another machine and check the
# certificate for the address. lib/net/url.cpp refuses a path that does not begin with a slash.
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
    for (const char* text : {"https://1.2.3.example.com/x", "https://1.2.3.4.example.com:8443/x"}) {
        const boost::urls::url_view url = boost::urls::parse_uri(text).value();
        const bool is_address = url.host_type() == boost::urls::host_type::ipv4;
        std::cout << url.encoded_host() << (is_address ? " address" : " name") << " port=" << url.port()
                  << " path=" << url.encoded_path() << '\n';
    }
}
CPP
library=$(echo usr/lib/*/libboost_url.so.1.81.0)
g++ -std=c++20 -O0 -isystem usr/include program.cpp "$library" -o program
seen=$(LD_LIBRARY_PATH=$(dirname "$library") ./program)
echo "boost 1.81.0-5+deb12u1, hosts of https://1.2.3.example.com/x and https://1.2.3.4.example.com:8443/x:"
echo "$seen"
[[ $seen == $'1.2.3.example.com name port= path=/x\n1.2.3.4 address port= path=.example.com:8443/x' ]] || {
  echo "the behavior has changed: expected a name, and the address 1.2.3.4 with the path .example.com:8443/x" >&2
  exit 1
}
