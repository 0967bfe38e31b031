#!/usr/bin/env bash
# OpenSSL 3.0: one unknown name makes it refuse the whole list of TLS groups.
#
# Expected: unknown names are ignored, as in a list of ciphers, so one list works with old and new versions.
# Seen: "group 'X25519MLKEM768' cannot be set", and no group of the list takes effect, although a list of ciphers may
# contain an unknown name. OpenSSL 3.5 supports X25519MLKEM768, and skips an unknown name after a "?"; 3.0 refuses the
# "?", too.
# Why it matters here: with a list written for Debian 13, an endpoint on Debian 12 has no TLS, or the default groups if
# the error is ignored. The long list must be tried first, and the short one if it is refused.
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

unpack openssl=3.0.20-1~deb12u2 libssl3=3.0.20-1~deb12u2

openssl() {
  OPENSSL_CONF=/dev/null LD_LIBRARY_PATH=$(dirname usr/lib/*/libssl.so.3) usr/bin/openssl "$@" 2>&1 </dev/null
}
# Whether a TLS client can be set up with these groups; it then fails to connect, because no server listens.
groups() {
  if [[ $(openssl s_client -groups "$1" -connect 127.0.0.1:1) == *SSL_CONF_cmd*failed* ]]; then
    echo refused
  else
    echo taken
  fi
}

short=$(groups X25519:P-256:P-384)
long=$(groups X25519MLKEM768:X25519:P-256:P-384)
optional=$(groups '?X25519MLKEM768:X25519:P-256:P-384')
ciphers=$(openssl ciphers -tls1_2 -s NO-SUCH-CIPHER:ECDHE-RSA-AES128-GCM-SHA256)
echo "openssl 3.0.20-1~deb12u2, groups X25519:P-256:P-384: $short"
echo "openssl 3.0.20-1~deb12u2, groups X25519MLKEM768:X25519:P-256:P-384: $long"
echo "openssl 3.0.20-1~deb12u2, groups ?X25519MLKEM768:X25519:P-256:P-384: $optional"
echo "openssl 3.0.20-1~deb12u2, ciphers NO-SUCH-CIPHER:ECDHE-RSA-AES128-GCM-SHA256: taken as $ciphers"
[[ $short == taken && $long == refused && $optional == refused && $ciphers == ECDHE-RSA-AES128-GCM-SHA256 ]] || {
  echo "the behavior has changed: expected taken, refused, refused, ECDHE-RSA-AES128-GCM-SHA256" >&2
  exit 1
}
