// The engine: every stream's schedule, side by side on one rate budget. Timer, SNS events and operators only
// nudge it; it alone decides when a pass runs, and it alone owns the cursors.
//
//     Engine engine(clock, portal, store, inbox, settings, observer);
//     asio::co_spawn(io, engine.run(), …);
//     engine.nudge("claim_attendance");   // requests coalesce: one pass runs and at most one waits
//     engine.stop();                      // run() returns soon, with the page under way committed or rolled
//     back
//
// Uses nothing but the seams: the same code runs in simulation. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "portal/portal.hpp"
#include "store/inbox.hpp"
#include "store/store.hpp"
#include "sync/jobs/job_runner.hpp"
#include "sync/jobs/retry_queue.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/limits/rate_limiter.hpp"
#include "sync/stream/stream_runner.hpp"
#include "sync/walk/observer.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace carecloud {

struct EngineSettings {
    std::vector<EngineStream> streams;  // at least one; an entity occurs once
    RateLimits rate;
    std::uint64_t seed = 0;  // of every jitter
    // Of the engine before on the same portal: a reload sends one probe and does not forget the hold.
    std::optional<PortalHold> hold{};
    // Of that engine, too, by entity: a reload does not forget that events are missing.
    std::map<std::string, PushWatch> push{};
};

class Engine {
  public:
    // All of these outlive the engine.
    Engine(Clock& clock, Portal& portal, Store& store, Inbox& inbox, EngineSettings settings,
           Observer& observer);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // What Store::first_passes() has: these streams were loaded before. Before run(); one that is not known to be has
    // its first load noted again, which changes nothing.
    void recall_loaded(const std::map<std::string, Timestamp>& first_passes);

    // Runs every stream until stop(). A stream's failure is its own: it backs off and the others go on. An exception is
    // a fault of this program: every stream is stopped, and it is thrown on (exit code 70).
    Task<> run();

    // One pass of every stream, side by side, then gives back what was reserved of the quota. For --once. Throws as
    // run() does.
    Task<std::vector<PassReport>> run_once();

    // An event requests a pass, soon. During a backoff it waits for its end. False: no such stream.
    bool nudge(std::string_view entity);
    // An operator's: during a backoff, too. While the portal wants to be left alone, one request looks whether it still
    // does (hazard 34).
    bool ask(std::string_view entity);
    // The reason of a backoff may be gone (a new key, a new configuration): every stream's is cut short.
    void forgive();

    // Store::save_pass() has written a bounded pass down: it runs as soon as it may.
    void pass_requested();
    // That bounded pass is to end, if it is open.
    void cancel_pass(std::uint64_t id) { jobs_->cancel(id); }
    // A record of the quarantine is asked for again, soon; see RetryQueue::retry(). The engine may be gone when it
    // returns.
    Task<Result<RetryReport>> retry_quarantined(RetryRequest request);

    // Whether a stream, or what runs the bounded passes, still sleeps long after it was to wake up: a
    // fault of this program, which only a restart heals. What waits for the portal or for the store never counts.
    bool overdue() const;

    void stop();
    QuotaUse quota() const { return limiter_.use(); }
    const std::optional<PortalHold>& hold() const { return limiter_.hold(); }
    // Of the streams for which events are to be expected.
    std::map<std::string, PushWatch> push() const;
    // None: no answer has come yet.
    std::optional<ClockReport> clock() const {
        return time_.has_heard() ? std::optional(time_.report()) : std::nullopt;
    }
    // None: no such stream.
    std::optional<StreamSnapshot> snapshot(std::string_view entity) const;

  private:
    Task<> finish();
    // What is waited for together needs a value: true if there is none.
    template <class T>
    using Value = std::conditional_t<std::is_void_v<T>, bool, T>;
    template <class T>
    Task<Value<T>> or_stop(Task<T> task);

    Clock& clock_;
    Observer& observer_;
    Random random_;
    RateLimiter limiter_;
    WholeDue whole_due_;
    PortalTime time_;
    std::vector<std::unique_ptr<StreamRunner>> streams_;
    std::unique_ptr<JobRunner> jobs_;      // goes before the streams that it works for
    std::unique_ptr<RetryQueue> retries_;  // likewise
};

}  // namespace carecloud
