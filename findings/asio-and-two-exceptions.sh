#!/usr/bin/env bash
# Boost.Asio 1.81: if both operands of `co_await (a && b)` throw, the result is neither of the two exceptions.
#
# Expected: one of them, as if only one operand throws, so a handler for system_error handles it.
# Seen: asio::multiple_exceptions, which is not a system_error. It contains only the first exception.
# Why it matters here: two operations on one store fail together when its disk is full, and two waits are canceled
# together at shutdown. With a handler for system_error only, a cancellation ends the process; a handler that checks
# only the first exception mistakes a real failure for a cancellation. lib/sync/walk/all_of.cpp awaits both with a
# parallel_group and throws the exception that is not a cancellation.
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
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <iostream>
namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;
using boost::system::system_error;

asio::awaitable<void> end_with(int code) {
    co_await asio::post(asio::use_awaitable);
    if (code != 0) throw system_error(code, boost::system::generic_category());
}

asio::awaitable<void> both(int a, int b) {
    auto first = end_with(a);
    auto second = end_with(b);
    try {
        co_await (std::move(first) && std::move(second));
    } catch (const system_error& error) {
        std::cout << "system_error " << error.code().value() << '\n';
    } catch (const asio::multiple_exceptions& several) {
        try {
            std::rethrow_exception(several.first_exception());
        } catch (const system_error& error) {
            std::cout << "multiple_exceptions with " << error.code().value() << '\n';
        }
    }
}

int main() {
    asio::io_context io;
    asio::co_spawn(io, both(2, 0), asio::detached);
    io.run();
    io.restart();
    asio::co_spawn(io, both(2, 28), asio::detached);
    io.run();
}
CPP
g++ -std=c++20 -O0 -isystem usr/include program.cpp -o program -pthread
seen=$(./program)
echo "boost 1.81.0-5+deb12u1, one operand throws 2; one throws 2 and the other 28:"
echo "$seen"
[[ $seen == $'system_error 2\nmultiple_exceptions with 2' ]] || {
  echo "the behavior has changed: expected system_error 2, then multiple_exceptions with 2" >&2
  exit 1
}
