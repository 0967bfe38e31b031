// The engine: every stream's schedule, run concurrently within one rate budget. Timer, SNS events and operators only
// nudge it; only the engine decides when a pass runs, and only it owns the cursors.
//
//     Engine engine(clock, portal, store, inbox, settings, observer);
//     asio::co_spawn(io, engine.run(), …);
//     engine.nudge("claim_attendance");   // requests coalesce: one pass runs and at most one waits
//     engine.stop();                      // run() returns soon, with the current page committed or rolled back
//
// Uses only the seams: the same code runs in simulation. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "portal/portal.hpp"
#include "store/inbox.hpp"
#include "store/store.hpp"
#include "sync/fence_watch.hpp"
#include "sync/jobs/job_runner.hpp"
#include "sync/jobs/retry_queue.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/limits/lanes.hpp"
#include "sync/limits/rate_limiter.hpp"
#include "sync/stream/stream_runner.hpp"
#include "sync/walk/observer.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

struct EngineSettings {
    std::vector<EngineStream> streams;  // at least one; an entity occurs once
    RateLimits rate;
    std::uint64_t seed = 0;  // of all jitter
    // From the previous engine with the same portal: a reload sends one probe and keeps the hold.
    std::optional<PortalHold> hold{};
    // Also from that engine, by entity: a reload does not forget that events are missing.
    std::map<std::string, PushWatch> push{};
    std::size_t lanes =
        LaneLimit::kDefault;  // portal.lanes: requests under way at once in a wide load, at least 1
};

class Engine {
  public:
    // All of these must outlive the engine.
    Engine(Clock& clock, Portal& portal, Store& store, Inbox& inbox, EngineSettings settings,
           Observer& observer);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // The result of Store::first_passes(): these streams were loaded before. Call before run(); a stream not listed has
    // its first load recorded again, which changes nothing.
    void recall_loaded(const std::map<std::string, Timestamp>& first_passes);

    // Runs every stream until stop(), or until a write is refused because another daemon has taken over (is_lost()). A
    // failing stream does not affect the others: it backs off and they continue. An exception is an internal error:
    // every stream is stopped, and it is rethrown (exit code 70).
    Task<> run();

    // One pass of every stream, concurrently, then returns unused reservations of the quota. For --once. Throws as
    // run() does.
    Task<std::vector<PassReport>> run_once();

    // An event requests a pass, soon. During a backoff it waits for the end of the backoff. False: no such stream.
    bool nudge(std::string_view entity);
    // An operator's request, effective even during a backoff. While the portal requests a pause, one request checks
    // whether it still does (hazard 34).
    bool ask(std::string_view entity);
    // The reason for a backoff may be gone (a new key, a new configuration): ends the backoff of every stream.
    void forgive();

    // Store::save_pass() has stored a bounded pass: it runs as soon as it may.
    void pass_requested();
    // Ends that bounded pass, if it is open.
    void cancel_pass(std::uint64_t id) { jobs_->cancel(id); }
    // Requests a quarantined record again, soon; see RetryQueue::retry(). The engine may be destroyed when it returns.
    Task<Result<RetryReport>> retry_quarantined(RetryRequest request);

    // Whether a stream, or the runner of the bounded passes, still sleeps long after its deadline: an internal error
    // that only a restart fixes. Waiting for the portal or for the store never counts.
    bool overdue() const;

    void stop();
    // Store::set_fence(): another daemon has taken the lease, and nothing more is written.
    bool is_lost() const { return observer_.is_lost(); }
    QuotaUse quota() const { return limiter_.use(); }
    const std::optional<PortalHold>& hold() const { return limiter_.hold(); }
    // The streams for which events are expected.
    std::map<std::string, PushWatch> push() const;
    // std::nullopt: no response yet.
    std::optional<ClockReport> clock() const {
        return time_.has_heard() ? std::optional(time_.report()) : std::nullopt;
    }
    // std::nullopt: no such stream.
    std::optional<StreamSnapshot> snapshot(std::string_view entity) const;

  private:
    Task<> finish();
    Task<> or_stop(Task<> task);
    void stop_soon();
    Task<> run_once_into(StreamRunner& stream, PassReport& report);

    Clock& clock_;
    FenceWatch observer_;
    Random random_;
    RateLimiter limiter_;
    Lanes lanes_;
    WholeDue whole_due_;
    PortalTime time_;
    std::vector<std::unique_ptr<StreamRunner>> streams_;
    std::unique_ptr<JobRunner> jobs_;      // destroyed before its streams
    std::unique_ptr<RetryQueue> retries_;  // the same
    std::shared_ptr<Engine*> self_ =
        std::make_shared<Engine*>(this);  // of what is posted and may come too late
};

}  // namespace carecloud
