#include "system/movable_clock.hpp"

#include "system/process.hpp"
#include "system/programs.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace carecloud {

MovableClock::MovableClock() {
    move(std::chrono::seconds(0));
}

bool MovableClock::is_there() {
    return !programs_are_sanitized() && *CARECLOUD_FAKETIME != '\0';
}

std::function<int()> MovableClock::prepare() const {
    const std::string file = dir_.file("offset");
    return [file] {
        ::setenv("LD_PRELOAD", CARECLOUD_FAKETIME, 1);
        ::setenv("FAKETIME_TIMESTAMP_FILE", file.c_str(), 1);
        ::setenv("FAKETIME_NO_CACHE", "1", 1);
        ::setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
        return 0;
    };
}

void MovableClock::move(std::chrono::seconds offset) const {
    const std::string sign = offset.count() < 0 ? "" : "+";
    write_text(dir_.file("offset.new"), sign + std::to_string(offset.count()) + "\n");
    std::filesystem::rename(dir_.file("offset.new"), dir_.file("offset"));
}

}  // namespace carecloud
