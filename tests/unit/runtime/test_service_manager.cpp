#include "runtime/service_manager.hpp"
#include "support/notify_socket.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("systemd is notified of readiness, reload, status, stop and watchdog") {
    NotifySocket systemd;
    ::setenv("NOTIFY_SOCKET", systemd.path().c_str(), 1);
    Notify notify;
    notify.ready("2 streams");
    CHECK(systemd.next() == "READY=1\nSTATUS=2 streams");
    notify.reloading();
    const std::string reload = systemd.next();
    REQUIRE(reload.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    CHECK(std::stoll(reload.substr(reload.rfind('=') + 1)) > 0);
    notify.status("polling\nREADY=1");
    CHECK(systemd.next() == "STATUS=polling\\nREADY=1");
    notify.stopping("finishing");
    CHECK(systemd.next() == "STOPPING=1\nSTATUS=finishing");
    notify.watchdog();
    CHECK(systemd.next() == "WATCHDOG=1");
    CHECK(systemd.next() == "");
    ::unsetenv("NOTIFY_SOCKET");
}

TEST_CASE("outside systemd nothing happens, and there is no watchdog") {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    Notify notify;
    notify.ready("x");
    CHECK_FALSE(notify.watchdog_interval());
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    CHECK(notify.watchdog_interval() == std::chrono::seconds{15});
    ::setenv("WATCHDOG_USEC", "rubbish", 1);
    CHECK_FALSE(notify.watchdog_interval());
    ::unsetenv("WATCHDOG_USEC");
}

TEST_CASE("signals reach their handlers, each time") {
    boost::asio::io_context io(1);
    std::vector<std::string> notes;
    Signals signals(io, {.stop = [&](int number) { notes.push_back("stop " + std::to_string(number)); },
                         .reload = [&] { notes.emplace_back("reload"); }});
    for (const int number : {SIGHUP, SIGHUP, SIGINT, SIGTERM}) {
        std::raise(number);
        io.run_one();
        io.poll();
    }
    CHECK(notes == std::vector<std::string>{"reload", "reload", "stop " + std::to_string(SIGINT),
                                            "stop " + std::to_string(SIGTERM)});
    signals.close();
    io.run();  // returns, since nothing keeps it running
    CHECK(notes.size() == 4);
}

TEST_CASE("a pending signal is dropped safely when the handlers are destroyed") {
    boost::asio::io_context io(1);
    int stops = 0;
    {
        const Signals signals(io, {.stop = [&](int) { ++stops; }, .reload = {}});
        std::raise(SIGTERM);
    }
    io.run();
    CHECK(stops == 0);
}

TEST_CASE("a handler may close the signals that called it") {
    boost::asio::io_context io(1);
    std::unique_ptr<Signals> signals;
    signals =
        std::make_unique<Signals>(io, SignalHandlers{.stop = [&](int) { signals.reset(); }, .reload = {}});
    std::raise(SIGINT);
    io.run();
    CHECK_FALSE(signals);
}

TEST_CASE("a broken pipe is an error code") {
    ignore_broken_pipes();
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    ::close(ends[0]);
    CHECK(::write(ends[1], "x", 1) == -1);
    CHECK(errno == EPIPE);
    ::close(ends[1]);
}
