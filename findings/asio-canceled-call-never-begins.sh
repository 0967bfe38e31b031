#!/usr/bin/env bash
# Boost.Asio 1.81: a cancellation that arrives while a wait is already complete does not end that wait. It ends the next
# `co_await` of any coroutine, even one that waits for nothing: the called coroutine never begins.
#
# Expected: cancellation interrupts an operation that is waiting; if it comes too late for that, the wait reports it, or
# the next operation that waits.
# Seen: the wait returns without error, and then the call of a coroutine throws operation_aborted before its first
# statement.
# Why it matters here: between its wait for the rate and the call that sends the request, the rate limiter has counted
# the request. If the engine was stopped in that instant, the request was never sent and stayed counted against the
# month's quota. lib/sync/limits/rate_limiter.cpp checks the cancellation state before it returns.
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
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <iostream>
namespace asio = boost::asio;

asio::awaitable<void> send() {
    std::cout << "sent\n";
    co_return;
}

asio::awaitable<void> wait_and_send() {
    co_await asio::post(asio::use_awaitable);
    std::cout << "counted\n";
    auto sending = send();
    co_await std::move(sending);
}

void run(bool cancels) {
    asio::io_context io;
    asio::cancellation_signal signal;
    const auto ended = [](std::exception_ptr thrown) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& error) {
            std::cout << (error.code() == asio::error::operation_aborted ? "canceled\n" : "another error\n");
        }
    };
    asio::co_spawn(io, wait_and_send(), asio::bind_cancellation_slot(signal.slot(), ended));
    // Runs after the coroutine has begun and before it is resumed: what it waits for is complete.
    asio::post(io, [&] {
        if (cancels) signal.emit(asio::cancellation_type::terminal);
    });
    io.run();
}

int main() {
    run(false);
    run(true);
}
CPP
g++ -std=c++20 -O0 -isystem usr/include program.cpp -o program -pthread
seen=$(./program | paste -sd ' ')
echo "boost 1.81.0-5+deb12u1, without and with a cancellation after the wait was complete: $seen"
[[ $seen == "counted sent counted canceled" ]] || {
  echo "the behavior has changed: expected 'counted sent counted canceled'" >&2
  exit 1
}
