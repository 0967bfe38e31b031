#include "runtime/system_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

Task<> note_wait(Alarm& alarm, MonoTime deadline, std::vector<std::string>& notes) {
    const bool woken = co_await alarm.wait_until(deadline);
    notes.emplace_back(woken ? "woken" : "hour");
}

Task<> note_sleep(Clock& clock, Duration span, std::string name, std::vector<std::string>& notes) {
    co_await clock.sleep(span);
    notes.push_back(name);
}

Task<> note_two_waits(Alarm& alarm, MonoTime deadline, std::vector<std::string>& notes) {
    co_await note_wait(alarm, deadline, notes);
    co_await note_wait(alarm, deadline, notes);
}

}  // namespace

TEST_CASE("an alarm ends at its deadline, and immediately if the deadline has passed") {
    asio::io_context io(1);
    SystemClock clock(io);
    std::vector<std::string> notes;
    const auto alarm = clock.make_alarm();
    const Duration from_now = GENERATE(Duration{1ms}, Duration{0}, Duration{-1h});
    const MonoTime deadline = clock.now() + from_now;
    asio::co_spawn(io, note_wait(*alarm, deadline, notes), asio::detached);
    io.run();
    CHECK(notes == std::vector<std::string>{"hour"});
    CHECK(clock.now() >= deadline);
}

TEST_CASE("a wake-up ends a wait without a deadline") {
    asio::io_context io(1);
    SystemClock clock(io);
    std::vector<std::string> notes;
    const auto alarm = clock.make_alarm();
    asio::co_spawn(io, note_wait(*alarm, Clock::never, notes), asio::detached);
    io.poll();
    CHECK(notes.empty());
    alarm->wake();
    io.run();
    CHECK(notes == std::vector<std::string>{"woken"});
}

TEST_CASE("a wake-up without a waiter is kept for the next wait, once") {
    asio::io_context io(1);
    SystemClock clock(io);
    std::vector<std::string> notes;
    const auto alarm = clock.make_alarm();
    alarm->wake();
    alarm->wake();
    const MonoTime past = clock.now();
    asio::co_spawn(io, note_two_waits(*alarm, past, notes), asio::detached);
    io.run();
    CHECK(notes == std::vector<std::string>{"woken", "hour"});
}

TEST_CASE("a canceled wait ends with operation_aborted and keeps no wake-up") {
    asio::io_context io(1);
    SystemClock clock(io);
    std::vector<std::string> notes;
    const auto alarm = clock.make_alarm();
    asio::cancellation_signal stop;
    boost::system::error_code outcome;
    const auto done = [&outcome](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const boost::system::system_error& error) {
            outcome = error.code();
        }
    };
    asio::co_spawn(io, note_wait(*alarm, Clock::never, notes),
                   asio::bind_cancellation_slot(stop.slot(), done));
    io.poll();
    SECTION("alone") {
        stop.emit(asio::cancellation_type::terminal);
        io.run();
        CHECK(outcome == asio::error::operation_aborted);
        asio::co_spawn(io, note_wait(*alarm, clock.now(), notes), asio::detached);
        io.restart();
        io.run();
        CHECK(notes == std::vector<std::string>{"hour"});
    }
    SECTION("woken in the same instant: the wake-up is kept") {
        // From within the context: from outside, co_spawn would queue the cancellation behind the wake-up.
        asio::post(io, [&] {
            alarm->wake();
            stop.emit(asio::cancellation_type::terminal);
        });
        io.run();
        REQUIRE(outcome == asio::error::operation_aborted);
        asio::co_spawn(io, note_wait(*alarm, Clock::never, notes), asio::detached);
        io.restart();
        io.run();
        CHECK(notes == std::vector<std::string>{"woken"});
    }
}

TEST_CASE("sleepers end in the order of their deadlines") {
    asio::io_context io(1);
    SystemClock clock(io);
    std::vector<std::string> notes;
    asio::co_spawn(io, note_sleep(clock, 1s, "late", notes), asio::detached);
    asio::co_spawn(io, note_sleep(clock, 2ms, "early", notes), asio::detached);
    asio::co_spawn(io, note_sleep(clock, -1s, "at once", notes), asio::detached);
    io.run();
    CHECK(notes == std::vector<std::string>{"at once", "early", "late"});
}

TEST_CASE("the clock advances, and the wall clock is plausible") {
    asio::io_context io(1);
    SystemClock clock(io);
    const MonoTime before = clock.now();
    CHECK(clock.now() >= before);
    CHECK(clock.now() < Clock::never);
    CHECK(clock.wall() > *Timestamp::parse("2024-01-01T00:00:00Z"));
    CHECK(clock.wall() < *Timestamp::parse("2200-01-01T00:00:00Z"));
}
