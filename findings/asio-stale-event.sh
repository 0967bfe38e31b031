#!/usr/bin/env bash
# Boost.Asio 1.81: a wait for a new socket completes because of an event of a socket that was closed before.
#
# Expected: async_wait(wait_read) completes when the socket can be read, or with an error.
# Seen: success, on a socket without received data. One epoll_wait returned events of two sockets; the handler of the
# first closed the second and opened a new one, for which Asio reused the descriptor state of the closed one; the
# pending event then completed the new socket's wait. Asio's own reads are not affected: they try, and continue to wait.
# Why it matters here: a server that waits for the first byte of a TLS connection, checks it with recv(MSG_PEEK) and
# interprets "no data" as "the client has disconnected" drops 1 % of legitimate connections.
# lib/net/server/connection.cpp waits again.
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

unpack libboost1.81-dev=1.81.0-5+deb12u1
cat >program.cpp <<'CPP'
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <iostream>
#include <optional>
namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

int main() {
    asio::io_context io(1);
    Socket a(io), a_peer(io), b(io), b_peer(io);
    std::optional<Socket> fresh, fresh_peer;
    asio::local::connect_pair(a, a_peer);
    asio::local::connect_pair(b, b_peer);
    // The handler that runs first closes the other socket.
    const auto handler = [&](Socket& other) {
        return [&](boost::system::error_code failure) {
            if (failure || fresh) return;
            other.close();
            fresh.emplace(io);
            fresh_peer.emplace(io);
            asio::local::connect_pair(*fresh, *fresh_peer);
            fresh->async_wait(Socket::wait_read, [&](boost::system::error_code code) {
                std::cout << "the wait ended: " << code.message() << ", " << fresh->available()
                          << " bytes to be read\n";
            });
        };
    };
    a.async_wait(Socket::wait_read, handler(b));
    b.async_wait(Socket::wait_read, handler(a));
    asio::write(a_peer, asio::buffer("x", 1));
    asio::write(b_peer, asio::buffer("x", 1));
    io.run_for(std::chrono::seconds(2));
    if (fresh) std::cout << "end\n";
}
CPP
g++ -std=c++20 -O0 -isystem usr/include program.cpp -o program -pthread
seen=$(./program)
echo "boost 1.81.0-5+deb12u1, async_wait() on a socket whose peer has sent nothing:"
echo "$seen"
[[ $seen == $'the wait ended: Success, 0 bytes to be read\nend' ]] || {
  echo "the behavior has changed: expected Success and 0 bytes" >&2
  exit 1
}
