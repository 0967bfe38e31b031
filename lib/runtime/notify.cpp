#include "runtime/notify.hpp"

#include "runtime/text.hpp"

#include <cstdint>
#include <ctime>
#include <string>

#include <systemd/sd-daemon.h>

namespace carecloud {
namespace {

void send(const std::string& state) {
    ::sd_notify(0, state.c_str());
}

// A line break would begin another assignment.
std::string status_line(std::string_view text) {
    return "STATUS=" + printable(text);
}

}  // namespace

void Notify::ready(std::string_view status) {
    send("READY=1\n" + status_line(status));
}

void Notify::reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t now_us = static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now_us));
}

void Notify::stopping(std::string_view status) {
    send("STOPPING=1\n" + status_line(status));
}

void Notify::status(std::string_view text) {
    send(status_line(text));
}

void Notify::watchdog() {
    send("WATCHDOG=1");
}

std::optional<Duration> Notify::watchdog_interval() const {
    std::uint64_t limit_us = 0;
    if (::sd_watchdog_enabled(0, &limit_us) <= 0) return std::nullopt;
    return std::chrono::microseconds{static_cast<std::int64_t>(limit_us / 2)};
}

}  // namespace carecloud
