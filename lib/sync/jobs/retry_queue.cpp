#include "sync/jobs/retry_queue.hpp"

#include "base/cancellation.hpp"
#include "sync/jobs/quarantine_retry.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

Error still_waiting(const std::string& stream, std::string subject) {
    return {.code = ErrorCode::timed_out,
            .operation = "fetch a record of " + stream,
            .subject = std::move(subject),
            .hint = "carecloudctl status shows the state of the portal, carecloudctl quarantine the result"};
}

// One record's fault is not that of those who wait behind it.
Task<Result<RetryReport>> or_fault(Task<Result<RetryReport>> work, std::string stream) {
    try {
        co_return co_await std::move(work);
    } catch (const std::exception& thrown) {
        const std::string operation = "fetch a record of " + stream;
        if (is_cancellation(std::current_exception())) co_return canceled_error(operation);
        co_return fault_error(operation, thrown);
    }
}

}  // namespace

RetryQueue::RetryQueue(PassContext context, std::vector<JobStream> streams)
    : context_(context), streams_(std::move(streams)), alarm_(context.clock.make_alarm()) {}

const JobStream* RetryQueue::stream_of(const RetryRequest& request) const {
    const auto found = std::find_if(streams_.begin(), streams_.end(), [&](const JobStream& stream) {
        return stream.pass->spec.entity == request.stream;
    });
    return found == streams_.end() ? nullptr : &*found;
}

Task<Result<RetryReport>> RetryQueue::retry(RetryRequest request) {
    const std::string stream = request.stream;
    if (stopped_) co_return canceled_error("fetch a record of " + stream);
    if (waiting_.size() >= kWaitingMax)
        co_return still_waiting(stream, std::to_string(kWaitingMax) + " other records are queued before it");
    auto mine = std::make_shared<Waiting>();
    mine->request = std::move(request);
    mine->alarm = context_.clock.make_alarm();
    const MonoTime until = context_.clock.now() + kPatience;
    waiting_.push_back(mine);
    alarm_->wake();
    // From the first wait on this object may be gone.
    while (!mine->came) {
        const bool woken = co_await mine->alarm->wait_until(until);
        if (!woken && !mine->came)
            co_return still_waiting(stream, "no response from the portal for 20 s; the request continues");
    }
    co_return *mine->came;
}

// A coroutine of its own, so that stop() can end it and nothing else.
Task<Result<RetryReport>> RetryQueue::serve(const RetryRequest& request) {
    const JobStream* const stream = stream_of(request);
    if (!stream) {
        co_return Error{.code = ErrorCode::invalid_argument,
                        .operation = "fetch a record of " + request.stream,
                        .subject = "no such stream",
                        .hint = "check the section streams of the configuration"};
    }
    auto asking = retry_quarantined(context_, *stream->pass, request);
    auto work = or_fault(std::move(asking), request.stream);
    co_return co_await asio::co_spawn(context_.clock.executor(), std::move(work),
                                      asio::bind_cancellation_slot(cancel_.slot(), asio::use_awaitable));
}

void RetryQueue::answer_first(Result<RetryReport> came) {
    const std::shared_ptr<Waiting> first = std::move(waiting_.front());
    waiting_.pop_front();
    first->came = std::move(came);
    first->alarm->wake();
}

Task<> RetryQueue::run() {
    while (!stopped_) {
        if (waiting_.empty()) {
            co_await alarm_->wait_until(Clock::never);
            continue;
        }
        const std::shared_ptr<Waiting> first = waiting_.front();
        auto came = co_await serve(first->request);
        answer_first(std::move(came));
    }
    while (!waiting_.empty())
        answer_first(canceled_error("fetch a record of " + waiting_.front()->request.stream));
}

void RetryQueue::stop() {
    stopped_ = true;
    cancel_.emit(asio::cancellation_type::terminal);
    alarm_->wake();
}

}  // namespace carecloud
