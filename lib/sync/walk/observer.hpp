// Notifications of the engine for log, status and metrics. Observers must not throw. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/batch.hpp"
#include "model/job.hpp"
#include "model/stream.hpp"
#include "sync/walk/portal_time.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The outcome for a stream's events after a pass.
struct SettleReport {
    std::size_t settled = 0;
    std::size_t gone = 0;
    std::size_t not_in_stream = 0;
    std::size_t open = 0;      // remaining
    std::size_t holes = 0;     // records that listings omit erroneously, confirmed by a second check
    std::size_t vanished = 0;  // doubted records that the portal no longer returns
    std::size_t requests = 0;  // to the portal, for single records
    CommitSummary summary;     // of the records that these returned
    std::optional<Duration> look_again{};  // empty: with the next poll
    std::optional<Error> error{};          // why some of them are still open; the others are done
};

// The outcome of one pass, whole or up to the error that ended it.
struct PassReport {
    std::string stream;
    CommitSummary summary;
    std::size_t pages = 0;     // that were stored, or contained nothing new
    std::size_t requests = 0;  // to the portal, including retries and the dialect's proof
    Duration took{0};
    std::optional<Error> error;
    StreamState state;            // as committed
    bool from_the_start = false;  // a new fingerprint: the old cursor was discarded (hazard 14)
    bool dialect_proven = false;  // in this pass
    // The stored cursor was in the future according to both clocks, the portal's and this machine's, and was moved
    // back: records written in the meantime may have been skipped, and a whole reconciliation is due (hazard 31).
    bool cursor_went_back = false;
    std::optional<std::size_t>
        tail;               // records seen beyond the safe point; empty if the pass did not reach its end
    SettleReport events{};  // only if the pass reached its end
    std::optional<Timestamp> began_at{};  // by the portal's time; empty if there was no response
    bool loaded = false;                  // the stream's first load was completed by this pass or earlier
};

// The progress of a wide load, for display. Counts are of this process.
struct LoadSnapshot {
    std::uint64_t records = 0;                // read so far
    std::optional<std::uint64_t> expected{};  // in total, if the portal counts
    double per_second = 0;                    // records, over the whole load
    std::optional<Duration> left{};           // empty: unknown
};

struct LoadProgress {
    std::uint64_t records = 0;
    std::optional<std::uint64_t> expected{};
    MonoTime began{};
    MonoTime reported{};  // the last report to the observer

    LoadSnapshot at(MonoTime now) const {
        LoadSnapshot shown{.records = records, .expected = expected};
        const double seconds = std::chrono::duration<double>(now - began).count();
        if (seconds <= 0 || records == 0) return shown;
        shown.per_second = static_cast<double>(records) / seconds;
        if (!expected || *expected < records) return shown;
        const double left = static_cast<double>(*expected - records) / shown.per_second;
        shown.left = std::chrono::seconds(static_cast<std::int64_t>(left));
        return shown;
    }
};

// One commit of a pass, a job or a retry.
struct CommitReport {
    std::string_view stream;
    bool own_pass = false;  // it included the stream's state, as the stream's own passes do
    Duration took{0};       // including the wait for the store
    const Result<CommitSummary>& outcome;
};

// Calls with an empty body here are ignored by most observers.
class Observer {
  public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    virtual void pass_begins(std::string_view /*stream*/) {}
    // The first failed request of a pass, reported immediately: the retries that follow may take long.
    virtual void request_failed(std::string_view /*stream*/, const Error& /*error*/) {}
    virtual void pass_ended(const PassReport& report) = 0;
    virtual void committed(const CommitReport& /*report*/) {}
    // Every ten seconds of a wide load.
    virtual void loading(std::string_view /*stream*/, const LoadSnapshot& /*load*/) {}
    // The stream waits this long because of the error in `report`, which was passed to pass_ended() before.
    virtual void backing_off(const PassReport& report, Duration pause) = 0;
    // Records change but hardly any event announces them, or events arrive again (hazard 23).
    virtual void push_silent(std::string_view stream, bool silent) = 0;
    // A pass succeeded, and polls are less frequent than configured, one per `every`, because the month's quota must
    // last (promise 5). std::nullopt: they are as frequent as configured again.
    virtual void polls_stretched(std::string_view /*stream*/, std::optional<Duration> /*every*/) {}
    // A bounded pass begins, was interrupted (it has an error and is still running), or has ended.
    virtual void bounded_pass(const Job& pass) = 0;
    // An interrupted bounded pass waits this long because of the error; bounded_pass() has just reported its row.
    virtual void bounded_pass_waits(const Job& /*pass*/, const Error& /*error*/, Duration /*pause*/) {}
    // The clocks of the portal and this machine disagree, or agree again (hazard 31).
    virtual void clocks(const ClockReport& /*report*/) {}
    // Something outside the passes failed. Nothing depends on it, but it should be known.
    virtual void failed(const Error& error) = 0;
};

}  // namespace carecloud
