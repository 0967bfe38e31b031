// One stream's schedule: wait until due or nudged, run a pass, decide when the next is due. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "store/inbox.hpp"
#include "sync/events/event_resolver.hpp"
#include "sync/jobs/job_runner.hpp"
#include "sync/walk/context.hpp"
#include "sync/walk/observer.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/cancellation_signal.hpp>

namespace carecloud {

// The state of a stream's events (hazard 23).
struct PushWatch {
    Timestamp from{};     // earlier changes are not expected to have been announced
    bool silent = false;  // almost none of them are announced
};

struct EngineStream {
    PassSettings pass;
    Duration poll_every = std::chrono::minutes(5);
    bool announced = false;  // whether events are expected for its changes (hazard 23)
    ReconcileRule reconcile{};
    // From the previous engine: a reload does not forget that events are missing. Only if `announced`.
    std::optional<PushWatch> push{};
};

// The current activity of a stream.
struct StreamSnapshot {
    bool in_pass = false;
    Duration until_next{0};  // until the next pass, if none runs; events and requests may bring it forward
    Duration poll_every{0};  // between two polls, currently
    bool stretched = false;  // to make the month's quota last (promise 5)
    std::optional<LoadSnapshot> load{};  // of a wide load in progress
};

class StreamRunner {
  public:
    // `poll_rate`: requests per second that all streams' polls need together, to stretch the quota.
    StreamRunner(PassContext context, Inbox& inbox, EngineStream settings, double poll_rate,
                 Observer& observer);

    // Called when a bounded pass may be due: the stream has reached the portal's end for the first time in this
    // process, or ever, or a reconciliation was stored.
    void on_job_due(std::function<void()> callback) { job_may_be_due_ = std::move(callback); }

    std::string_view entity() const { return settings_.pass.spec.entity; }
    // Shared with a bounded pass of the stream.
    JobStream job_stream() { return {&settings_.pass, &memory_, settings_.reconcile}; }

    // An earlier process or engine has loaded the stream; before run().
    void recall_loaded() { loaded_ = true; }

    // Runs until stop(). Throws as run_pass() does.
    Task<> run();
    // One pass; ends early on stop(). Throws as run() does.
    Task<PassReport> run_once();

    // See Engine::overdue().
    bool overdue() const { return sleep_.is_overdue() || load_sleep_.is_overdue(); }
    StreamSnapshot snapshot() const;
    // std::nullopt: no events are expected.
    std::optional<PushWatch> push() const {
        return settings_.announced ? std::optional(push_) : std::nullopt;
    }

    void nudge();
    void forgive();
    void stop();

  private:
    Task<PassReport> cancelable_pass(bool polled);
    Task<PassReport> pass_and_settle(bool polled);
    Task<> walk(PassReport& report);
    Task<> settle_during_load(SettleReport& settled);
    Task<> settle(PassReport& report, bool polled);
    Task<> note_loaded();
    Task<> watch_push(const PassReport& report);
    Task<> judge_push(Timestamp now);
    void plan_next(const PassReport& report);
    Task<> report_pass(const PassReport& report);
    Task<> request_whole(const std::optional<Error>& error, bool is_odd);
    Task<> recall_whole();
    MonoTime due() const;
    Duration base_interval() const;
    void report_stretch();

    PassContext context_;
    EngineStream settings_;
    double poll_rate_;
    Inbox& inbox_;
    Observer& observer_;
    StreamMemory memory_;
    EventResolver resolver_;
    WatchedSleep sleep_;
    WatchedSleep load_sleep_;  // of settle_during_load()
    std::function<void()> job_may_be_due_;
    boost::asio::cancellation_signal cancel_pass_;
    MonoTime due_;                      // of the timer's poll
    MonoTime backoff_until_{};          // no pass before, whatever requests one
    MonoTime check_at_ = Clock::never;  // of the next poll for an event's record
    std::size_t failures_ = 0;          // consecutive
    PushWatch push_;
    std::optional<Timestamp> push_due_;  // when the events of the last changes should have arrived
    bool loaded_ = false;  // the first load has ended, in this process or before: recorded in the store
    bool stretch_reported_ = false;  // and not reversed
    bool mixed_reported_ = false;    // that records of another type were found
    bool nudged_ = false;
    bool nudged_in_load_ = false;
    bool walking_ = false;
    bool in_pass_ = false;
    bool stopped_ = false;
};

}  // namespace carecloud
