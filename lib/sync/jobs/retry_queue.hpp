// Requests quarantined records again on demand, one at a time, concurrently with the streams' own passes. No cursor is
// moved, and the results are stored like any version (hazard 22). I/O thread only.
//
//     auto retrying = queue.retry({.stream = "claim_attendance", .key = key});
//     const Result<RetryReport> came = co_await std::move(retrying);
#pragma once

#include "model/job.hpp"
#include "sync/jobs/job_runner.hpp"
#include "sync/walk/context.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

namespace carecloud {

class RetryQueue {
  public:
    RetryQueue(PassContext context, std::vector<JobStream> streams);

    // Requests the record from the portal, stores the result and reports it. Errors: those of portal and store that
    // ended it; dialect_unknown until the stream has read a record; invalid_argument if there is no such stream;
    // timed_out after kPatience (the request continues), or immediately if kWaitingMax requests wait; canceled by
    // stop(). The queue may be destroyed before this returns.
    Task<Result<RetryReport>> retry(RetryRequest request);

    // Runs until stop(). Then those that wait get canceled_error(). A retry that throws gets fault_error().
    Task<> run();
    void stop();

    static constexpr Duration kPatience = std::chrono::seconds(20);
    static constexpr std::size_t kWaitingMax = 64;

  private:
    struct Waiting {
        RetryRequest request;
        std::unique_ptr<Alarm> alarm;
        std::optional<Result<RetryReport>> came{};
    };

    const JobStream* stream_of(const RetryRequest& request) const;
    Task<Result<RetryReport>> serve(const RetryRequest& request);
    void answer_first(Result<RetryReport> came);

    PassContext context_;
    std::vector<JobStream> streams_;
    std::unique_ptr<Alarm> alarm_;
    std::deque<std::shared_ptr<Waiting>> waiting_;  // the first one is being served
    boost::asio::cancellation_signal cancel_;
    bool stopped_ = false;
};

}  // namespace carecloud
