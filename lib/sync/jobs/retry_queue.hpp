// Where records of the quarantine are asked for again on wish, one after the other, beside the streams' own passes: no
// cursor is touched, and what comes is stored like any version (hazard 22). I/O thread alone.
//
//     auto retrying = desk.retry({.stream = "claim_attendance", .key = key});
//     const Result<RetryReport> came = co_await std::move(retrying);
#pragma once

#include "model/quarantine_retry.hpp"
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

    // Asks the portal for the record, stores what comes, and says what that was. Errors: the portal's and the store's
    // that ended it; dialect_unknown while the stream has not met a record; invalid_argument where there is no such
    // stream; timed_out after kPatience, or at once where many wait: the wish stays; canceled by stop(). The desk may
    // be gone when it returns.
    Task<Result<RetryReport>> retry(QuarantineWish wish);

    // Runs until stop(). Who waits then is told so. A retry that throws is answered by fault_error().
    Task<> run();
    void stop();

    static constexpr Duration kPatience = std::chrono::seconds(20);
    static constexpr std::size_t kWaitingMax = 64;

  private:
    struct Waiting {
        QuarantineWish wish;
        std::unique_ptr<Alarm> alarm;
        std::optional<Result<RetryReport>> came{};
    };

    const JobStream* stream_of(const QuarantineWish& wish) const;
    Task<Result<RetryReport>> serve(const QuarantineWish& wish);
    void tell(Result<RetryReport> came);

    PassContext context_;
    std::vector<JobStream> streams_;
    std::unique_ptr<Alarm> alarm_;
    std::deque<std::shared_ptr<Waiting>> waiting_;  // the first is served
    boost::asio::cancellation_signal cancel_;
    bool stopped_ = false;
};

}  // namespace carecloud
