// Runs the bounded passes of all streams, one at a time, concurrently with the streams' own passes: requested ones in
// their order, and the reconciliations that are due. Requests are rows of the table `passes`; call wake() after storing
// one. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "sync/jobs/job_run.hpp"
#include "sync/walk/observer.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

namespace carecloud {

// How a stream is reconciled automatically.
struct ReconcileRule {
    std::optional<Duration> every{};                // empty: only on demand
    Duration whole_every = std::chrono::hours(24);  // equal counts do not prove equal content
    bool deep = false;
    DeleteGuard guard{};
};

// A stream as seen by its jobs; the pointees must outlive the job runner.
struct JobStream {
    const PassSettings* pass = nullptr;
    StreamMemory* memory = nullptr;
    ReconcileRule rule;
};

class JobRunner {
  public:
    // `context` is used by the passes; the runner itself uses `jobs`.
    JobRunner(PassContext context, JobStore& jobs, Observer& observer, std::vector<JobStream> streams);

    // Runs until stop(). An interrupted pass continues in the next process. A pass that throws ends as failed.
    Task<> run();
    void stop();
    // See Engine::overdue().
    bool overdue() const { return sleep_.is_overdue(); }

    // Something may be due: a request was stored, or a stream has reached the portal's end for the first time.
    void wake();
    // Cancels the open pass with this id.
    void cancel(std::uint64_t id);
    // The cause of earlier failures may be gone: failed passes are tried again immediately.
    void forgive();

  private:
    struct Retry {
        std::size_t failures = 0;  // consecutive
        MonoTime not_before{};
        // The most requests that an attempt sent before the spare quota was used up.
        std::uint64_t spent = 0;
    };
    // When a stream's next reconciliation is due, counted from a time in the store.
    struct Due {
        Timestamp counted_from{};
        MonoTime at{};
    };

    Task<Result<>> round();
    Task<Result<>> plan(const std::vector<Job>& passes);
    Task<Result<>> plan_stream(const JobStream& stream, const std::vector<Job>& passes,
                               std::optional<Timestamp> first_pass);
    MonoTime due_of(const JobStream& stream, Timestamp counted_from);
    MonoTime not_before(const Job& pass, const std::vector<Job>& passes) const;
    void forget_unwanted(const std::vector<Job>& passes);
    Task<Result<bool>> drop_unwanted(Job pass);
    const JobStream* stream_of(const Job& pass) const;
    bool is_ready(const Job& pass) const;
    Task<Result<>> attempt(Job pass);
    Task<Result<>> run_one(const JobStream& stream, Job& pass);
    Task<Result<>> work(const JobStream& stream, Job& pass);
    Task<Result<>> note_end(Job pass, std::uint64_t spent, Result<> ended);
    Task<Result<>> finish(Job pass, JobStatus status);

    PassContext context_;
    JobStore& jobs_;
    Observer& observer_;
    std::vector<JobStream> streams_;
    WatchedSleep sleep_;
    boost::asio::cancellation_signal cancel_pass_;
    std::map<std::uint64_t, Retry> retries_;  // of failed passes, by id
    std::map<std::string, Due> due_;          // reconciliations, by stream
    std::set<std::uint64_t> unwanted_;
    std::uint64_t running_ = 0;  // the id of the running pass; 0: none
    MonoTime check_at_{};        // when something may be due
    std::size_t failures_ = 0;   // of the store, consecutive
    bool stopped_ = false;
};

}  // namespace carecloud
