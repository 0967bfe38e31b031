// An error that repeats is reported at once, then once an interval with a count, and so is its end: an outage is a few
// lines, not a hundred thousand. Pure: the caller brings the time and writes the lines.
//
//     if (auto report = fold.failed(error.operation, error.code, clock.now())) log … report->count
//     if (auto end = fold.succeeded("query claim_attendance", clock.now())) log … "recovered after"
//     end->lasted
//
// Used from one thread.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class ErrorFold {
  public:
    // The one longest without an error is forgotten beyond it.
    static constexpr std::size_t kOperationsMax = 256;

    explicit ErrorFold(Duration interval = std::chrono::minutes{5}) : interval_(interval) {}

    // A line is due. `count`: errors of this operation and code since the line before, this one included; 1
    // for the first line of all.
    struct Line {
        std::uint64_t count;
    };
    // None: fold it into the next line.
    std::optional<Line> failed(std::string_view operation, ErrorCode code, MonoTime now);

    struct Recovery {
        std::uint64_t failures;  // of every code, since the last success
        Duration lasted;         // since the first of them
    };
    // None: the operation had not failed.
    std::optional<Recovery> succeeded(std::string_view operation, MonoTime now);

  private:
    struct Streak {
        MonoTime last_line;
        std::uint64_t since_line = 0;
    };
    struct Outage {
        MonoTime first;
        MonoTime last;
        std::uint64_t failures = 0;
        std::map<ErrorCode, Streak> streaks;
    };

    Outage& outage_of(std::string_view operation, MonoTime now);

    Duration interval_;
    std::map<std::string, Outage, std::less<>> outages_;
};

}  // namespace carecloud
