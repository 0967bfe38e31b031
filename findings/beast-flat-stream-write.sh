#!/usr/bin/env bash
# Boost.Beast 1.81: async_write() of two buffers over a flat_stream writes only the first, and reports success.
#
# Expected: both buffers, or an error. Asio's documentation of async_write(): it completes when all of the data in the
# supplied buffers has been written, or an error occurred.
# Seen: success, and the size of the first buffer, if the second is larger than 16 KiB. After the first is written,
# Asio passes it as an empty buffer before the second one; flat_stream writes only the first buffer if both together are
# too large to be joined, which is now empty, and Asio interprets a write of 0 bytes as the end.
# Why it matters here: beast::ssl_stream writes through a flat_stream. An HTTPS response with a head and a large body in
# one call arrives without its body, and no error is reported. tests/portal/portal_session.cpp writes one buffer at a
# time over TLS.
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
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_stream.hpp>
#include <iostream>
#include <string>
namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

template <class Stream>
Socket& socket_of(Stream& stream) {
    if constexpr (std::is_same_v<Stream, Socket>) return stream;
    else return stream.next_layer();
}

template <class Stream>
void send(std::size_t body_size) {
    asio::io_context io;
    Socket near(io), far(io);
    asio::local::connect_pair(near, far);
    Stream stream(std::move(near));
    const std::string head(100, 'h');
    const std::string body(body_size, 'b');
    const std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(body)};
    std::string received;
    asio::async_write(stream, both, [&](boost::system::error_code code, std::size_t size) {
        std::cout << body_size << ": " << code.message() << ", " << size << " written, ";
        socket_of(stream).close();
    });
    asio::async_read(far, asio::dynamic_buffer(received), [](boost::system::error_code, std::size_t) {});
    io.run();
    std::cout << received.size() << " received\n";
}

int main() {
    send<Socket>(100'000);
    send<boost::beast::flat_stream<Socket>>(10'000);
    send<boost::beast::flat_stream<Socket>>(100'000);
}
CPP
g++ -std=c++20 -O0 -isystem usr/include program.cpp -o program -pthread
seen=$(./program)
echo "boost 1.81.0-5+deb12u1, 100 bytes and a body, through a socket, a flat_stream, a flat_stream:"
echo "$seen"
expected=$'100000: Success, 100100 written, 100100 received\n10000: Success, 10100 written, 10100 received'
[[ $seen == "$expected"$'\n100000: Success, 100 written, 100 received' ]] || {
  echo "the behavior has changed: expected all bytes twice, and only 100 bytes in the last case" >&2
  exit 1
}
