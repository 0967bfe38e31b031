// What the engine has to say to whoever watches it (log, status, metrics). It is told, never asked, and must
// not throw. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/batch.hpp"
#include "model/job.hpp"
#include "model/stream.hpp"
#include "sync/walk/portal_time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// What became of a stream's events after a pass.
struct SettleReport {
    std::size_t settled = 0;
    std::size_t gone = 0;
    std::size_t not_in_stream = 0;
    std::size_t open = 0;      // still
    std::size_t holes = 0;     // records that listings leave out by mistake, as a second look showed
    std::size_t vanished = 0;  // doubted records that the portal does not show any more
    std::size_t requests = 0;  // to the portal, for single records
    CommitSummary summary;     // of what these brought
    std::optional<Duration> look_again{};  // none: with the next poll
    std::optional<Error> error{};          // what kept some of them open; the others are done
};

// What one pass did, whole or up to the error that ended it.
struct PassReport {
    std::string stream;
    CommitSummary summary;
    std::size_t pages = 0;     // that were stored, or found to hold nothing new
    std::size_t requests = 0;  // to the portal, retries and the dialect's proof included
    Duration took{0};
    std::optional<Error> error;
    StreamState state;            // as committed
    bool from_the_start = false;  // a new fingerprint: the old cursor was put aside (hazard 14)
    bool dialect_proven = false;  // in this very pass
    // The stored cursor lay in the future by the portal's clock and by this machine's, and went back: what was written
    // meanwhile may have been passed over, and a whole reconciliation is due (hazard 31).
    bool cursor_went_back = false;
    std::optional<std::size_t>
        tail;               // records seen beyond the safe point; none: the pass did not come to its end
    SettleReport events{};  // of a pass that came to its end
    std::optional<Timestamp> began_at{};  // by the portal's time; none: it was answered nothing
    bool loaded = false;                  // the stream's first load has ended, by this pass or ever before
};

// The progress of a wide load, as shown to people. Counts are of this process.
struct LoadSnapshot {
    std::uint64_t records = 0;                // read so far
    std::optional<std::uint64_t> expected{};  // in all, if the portal counts
    double per_second = 0;                    // records, over the whole load
    std::optional<Duration> left{};           // none: unknown
};

struct LoadProgress {
    std::uint64_t records = 0;
    std::optional<std::uint64_t> expected{};
    MonoTime began{};
    MonoTime reported{};  // to the observer

    LoadSnapshot at(MonoTime now) const;
};

// One commit of a pass, a job or a retry.
struct CommitReport {
    std::string_view stream;
    bool own_pass = false;  // it carried the stream's state: of one of the stream's own passes
    Duration took{0};       // the wait for the store included
    const Result<CommitSummary>& outcome;
};

// Most observers ignore the calls that do nothing here.
class Observer {
  public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    virtual void pass_begins(std::string_view /*stream*/) {}
    // The first failed request of a pass, as it fails: what follows are retries, which may go on for long.
    virtual void request_failed(std::string_view /*stream*/, const Error& /*error*/) {}
    virtual void pass_ended(const PassReport& report) = 0;
    virtual void committed(const CommitReport& /*report*/) {}
    // Every ten seconds of a wide load.
    virtual void loading(std::string_view /*stream*/, const LoadSnapshot& /*load*/) {}
    // The stream waits this long because of the error of `report`, which pass_ended() has had.
    virtual void backing_off(const PassReport& report, Duration pause) = 0;
    // Records change and hardly any event announces them, or events come again (hazard 23).
    virtual void push_silent(std::string_view stream, bool silent) = 0;
    // A pass succeeded, and the next poll comes later than configured since the month's quota has to last (promise 5):
    // one every `every`. None: they come as configured again.
    virtual void polls_stretched(std::string_view /*stream*/, std::optional<Duration> /*every*/) {}
    // A bounded pass begins, was interrupted (it has an error and is still running), or has come to its end.
    virtual void bounded_pass(const Job& pass) = 0;
    // One that was interrupted waits this long because of the error; bounded_pass() has just reported its row.
    virtual void bounded_pass_waits(const Job& /*pass*/, const Error& /*error*/, Duration /*pause*/) {}
    // The portal's clock and this machine's do not agree, or do again (hazard 31).
    virtual void clocks(const ClockReport& /*report*/) {}
    // Something beside the passes failed; nothing depends on it, but somebody should know.
    virtual void failed(const Error& error) = 0;
};

}  // namespace carecloud
