// The history that the API reports: passes, the last day, and metrics. Each number has one source, which reports it
// once. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/timestamp.hpp"
#include "sync/walk/observer.hpp"
#include "telemetry/metrics.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace carecloud {

// The progress of a pass in progress, from its first commit on.
struct PassUnderWay {
    std::uint64_t records = 0;  // stored so far
    MonoTime first_at{};        // the first commit; its records are not part of the rate
    MonoTime last_at{};
    std::uint64_t after_first = 0;  // records of later commits
};

struct PassEntry {
    PassReport report;
    Timestamp ended_at;
    std::uint64_t passes = 0;  // since the process started, including this one
};

// The last pass of each stream.
class PassHistory {
  public:
    void note(const PassReport& report, Timestamp ended_at);

    // A commit of the stream's own pass stored this number of records.
    void note_commit(std::string_view stream, std::uint64_t records, MonoTime now);
    // nullptr if nothing was stored since the last pass ended.
    const PassUnderWay* under_way(std::string_view stream) const;

    // nullptr if no pass has ended yet.
    const PassEntry* find(std::string_view stream) const;

  private:
    std::map<std::string, PassEntry, std::less<>> entries_;
    std::map<std::string, PassUnderWay, std::less<>> under_way_;
};

// Activity of the last 24 hours by quarters of an hour, for the status page's plot. Kept in memory only, so it begins
// when the process starts.
//
//     day.count_changes(12, clock.now());
//     for (const DayHistory::Quarter& quarter : day.last(clock.now())) …    // oldest first
class DayHistory {
  public:
    struct Quarter {
        std::uint64_t changes = 0;
        std::uint64_t events = 0;
        std::uint64_t passes = 0;
        std::uint64_t failed = 0;  // of the passes
    };

    static constexpr std::size_t kQuarters = 96;
    static constexpr std::chrono::minutes kQuarter{15};
    using Quarters = std::array<Quarter, kQuarters>;

    void count_changes(std::uint64_t changes, MonoTime now) { at(now).changes += changes; }
    void count_event(MonoTime now) { ++at(now).events; }
    void count_pass(bool failed, MonoTime now);

    // The last element is the quarter that contains `now`.
    Quarters last(MonoTime now) const;

  private:
    Quarter& at(MonoTime now);

    Quarters ring_{};
    std::int64_t newest_ = 0;  // number of the newest quarter in the ring
};

struct Histories {
    PassHistory passes{};
    DayHistory day{};
    Metrics metrics{};
};

}  // namespace carecloud
