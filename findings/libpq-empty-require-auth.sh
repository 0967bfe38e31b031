#!/usr/bin/env bash
# libpq 17.12 takes an empty require_auth as a requirement that no server meets which asks for a password.
#
# Expected: an empty list requires nothing, so any method is accepted, as an empty requirepeer accepts any peer. libpq
# reports no other default for this parameter (PQconndefaults).
# Seen: with require_auth='' every server that asks for a password is refused before one is sent: authentication method
# requirement "" failed. Without the parameter the password is sent. libpq 15, of Debian 12, does not know it.
# Why it matters here: the service gives libpq every parameter that it knows, so that PGHOST and its like never decide.
# On Debian 13 no PostgreSQL store could be opened with a password until it listed all methods.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

packages=(postgresql-client-17=17.12-0+deb13u1 libpq5=17.12-0+deb13u1)
if ! { apt-get -q download "${packages[@]}" ||
  { apt-get -q update && apt-get -q download "${packages[@]}"; }; } >apt.log 2>&1; then
  tail -n 5 apt.log >&2
  echo "skipped: apt does not offer ${packages[*]} here (Debian 13 does), or the network is unavailable" >&2
  exit 3
fi
for package in ./*.deb; do dpkg -x "$package" .; done
libraries=$(dirname usr/lib/*/libpq.so.5)

# A server that asks each client for its password in clear text (AuthenticationCleartextPassword), and reads the answer.
cat >server.py <<'PYTHON'
import socket, struct
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    client, _ = server.accept()
    with client:
        client.recv(4096)
        client.sendall(b"R" + struct.pack("!ii", 8, 3))
        answer = client.recv(4096)
        seen = b"the password was sent" if answer[:1] == b"p" else b"nothing was sent"
        text = b"SFATAL\0C28P01\0M" + seen + b"\0\0"
        client.sendall(b"E" + struct.pack("!i", len(text) + 4) + text)
PYTHON
python3 server.py >port &
server=$!
trap 'kill "$server"; rm -rf "$work"' EXIT
until [[ -s port ]]; do kill -0 "$server"; done

# connect PARAMETERS: what psql reports.
connect() {
  LD_LIBRARY_PATH=$libraries usr/lib/postgresql/17/bin/psql \
    "host=127.0.0.1 port=$(cat port) user=u dbname=d password=p sslmode=disable gssencmode=disable $1" 2>&1 |
    sed 's/^psql: error: //; s/port [0-9]*/the port/' || true
}
absent=$(connect "requirepeer=''")
empty=$(connect "require_auth=''")
printf '%s\n' "libpq5 17.12-0+deb13u1" "absent: $absent" "empty:  $empty"
[[ $absent == *'the password was sent'* && $empty == *'authentication method requirement "" failed'* ]] || {
  echo "the behavior has changed" >&2
  exit 1
}
