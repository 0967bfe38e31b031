// Reports a repeated error immediately, then once per interval with a count, and finally the recovery. So an outage
// causes a few log lines, not a hundred thousand. Pure: the caller supplies the time and writes the lines.
//
//     if (auto report = fold.failed(error.operation, error.code, clock.now())) log … report->count
//     if (auto end = fold.succeeded("query claim_attendance", clock.now())) log … "recovered after" end->lasted
//
// Not thread-safe.
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
    // Beyond this number, the operation whose last error is oldest is forgotten.
    static constexpr std::size_t kOperationsMax = 256;

    explicit ErrorFold(Duration interval = std::chrono::minutes{5}) : interval_(interval) {}

    // A line to be written. `count`: errors of this operation and code since the previous line, including this one; 1
    // in the first line.
    struct Line {
        std::uint64_t count;
    };
    // std::nullopt if this error is to be counted in the next line.
    std::optional<Line> failed(std::string_view operation, ErrorCode code, MonoTime now);

    struct Recovery {
        std::uint64_t failures;  // of every code, since the last success
        Duration lasted;         // since the first of them
    };
    // std::nullopt if the operation had not failed.
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
