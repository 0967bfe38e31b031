#include "sync/jobs/retry_queue.hpp"

#include "base/co_try.hpp"
#include "base/error.hpp"
#include "portal/query.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/by_id.hpp"
#include "sync/walk/fetcher.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

Error no_dialect(const std::string& stream) {
    return {.code = ErrorCode::dialect_unknown,
            .operation = "fetch a record of " + stream,
            .subject = "the stream has not detected the query dialect yet",
            .hint = "try again after its first pass; carecloudctl status shows the stream's state"};
}

// One retry, with the stream's filter, projection and proven dialect; the result is committed without affecting the
// cursor.
class QuarantineRetry {
  public:
    QuarantineRetry(PassContext context, const PassSettings& settings, RetryRequest request)
        : context_(context),
          settings_(settings),
          request_(std::move(request)),
          fetcher_(context.clock, context.portal, context.limiter, context.random, context.time,
                   settings.pauses) {}

    Task<Result<RetryReport>> run();

  private:
    Task<Result<Dialect>> load_dialect();
    Task<Result<PagePtr>> find(const Dialect& dialect);
    Task<Result<RetryReport>> take(PagePtr page);
    Task<Result<RetryReport>> let_go();
    Task<Result<RetryReport>> count_attempt(RetryOutcome outcome, std::string reason);

    PassContext context_;
    const PassSettings& settings_;
    RetryRequest request_;
    Fetcher fetcher_;
};

Task<Result<Dialect>> QuarantineRetry::load_dialect() {
    CO_TRY_ASSIGN(auto loaded, context_.store.load_stream(request_.stream));
    const auto known = known_dialect(settings_.dialect, loaded ? loaded->dialect : "");
    if (!known) co_return no_dialect(request_.stream);
    co_return *known;
}

// An empty response is doubted once: it may be an erroneously empty listing (hazard 21).
Task<Result<PagePtr>> QuarantineRetry::find(const Dialect& dialect) {
    const Query query{.spec = &settings_.spec, .where = where::id_in(dialect, {request_.key.id}), .take = 1};
    auto first = co_await fetcher_.ask(query);
    if (!first || (*first)->record_count() > 0) co_return first;
    co_return co_await fetcher_.ask(query);
}

Task<Result<RetryReport>> QuarantineRetry::take(PagePtr page) {
    Batch batch{.stream = request_.stream,
                .page = page,
                .asked_at = context_.asked_at(*page),
                .overlap = settings_.overlap,
                .on_demand = true};
    CO_TRY_ASSIGN(auto committed, context_.commit(std::move(batch)));
    if (!page->invalid.empty())
        co_return RetryReport{.outcome = RetryOutcome::invalid, .reason = page->invalid.front().reason};
    if (context_.whole_due && committed.doubted + committed.reversed > 0)
        context_.whole_due->may_owe(request_.stream);
    const bool taken = committed.changes() > 0;
    co_return RetryReport{.outcome = taken ? RetryOutcome::taken : RetryOutcome::unchanged};
}

Task<Result<RetryReport>> QuarantineRetry::let_go() {
    Batch batch{.stream = request_.stream};
    batch.released.push_back(request_.key.id);
    CO_TRY(context_.commit(std::move(batch)));
    co_return RetryReport{.outcome = RetryOutcome::not_found};
}

// A record that was never received has only a reason. One with a body keeps it: nothing else of the record exists.
Task<Result<RetryReport>> QuarantineRetry::count_attempt(RetryOutcome outcome, std::string reason) {
    RetryReport report{.outcome = outcome, .reason = std::move(reason)};
    if (request_.has_body) co_return report;
    Batch batch{.stream = request_.stream};
    batch.unreachable.push_back({.id = request_.key.id,
                                 .modified_text = request_.key.modified_text,
                                 .reason = report.reason,
                                 .body = {}});
    CO_TRY(context_.commit(std::move(batch)));
    co_return report;
}

Task<Result<RetryReport>> QuarantineRetry::run() {
    CO_TRY_ASSIGN(auto dialect, load_dialect());
    auto found = co_await find(dialect);
    if (!found && is_size_suspect(found.error().code)) {
        std::string reason = "cannot be fetched from the portal: " + found.error().subject;
        co_return co_await count_attempt(RetryOutcome::too_large, std::move(reason));
    }
    if (!found) co_return found.error();
    if ((*found)->record_count() > 0) co_return co_await take(std::move(*found));
    CO_TRY_ASSIGN(auto denied, is_denied(fetcher_, settings_.spec, request_.key.id));
    if (denied) co_return co_await let_go();
    std::string reason = "the portal has it but does not list it";
    co_return co_await count_attempt(RetryOutcome::not_found, std::move(reason));
}

Error still_waiting(const std::string& stream, std::string subject) {
    return {.code = ErrorCode::timed_out,
            .operation = "fetch a record of " + stream,
            .subject = std::move(subject),
            .hint = "carecloudctl status shows the state of the portal, carecloudctl quarantine the result"};
}

// An error in one record must not affect those waiting behind it.
Task<Result<RetryReport>> retry_quarantined(PassContext context, const PassSettings& settings,
                                            RetryRequest request) {
    const std::string operation = "fetch a record of " + request.stream;
    try {
        QuarantineRetry work(context, settings, std::move(request));
        co_return co_await work.run();
    } catch (const std::exception& thrown) {
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
    // During a wait this object may be destroyed.
    while (!mine->came) {
        const bool woken = co_await mine->alarm->wait_until(until);
        if (!woken && !mine->came)
            co_return still_waiting(stream, "no response from the portal for 20 s; the request continues");
    }
    co_return *mine->came;
}

// A separate coroutine, so that stop() can end it and nothing else.
Task<Result<RetryReport>> RetryQueue::serve(const RetryRequest& request) {
    const JobStream* const stream = stream_of(request);
    if (!stream) {
        co_return Error{.code = ErrorCode::invalid_argument,
                        .operation = "fetch a record of " + request.stream,
                        .subject = "no such stream",
                        .hint = "check the section streams of the configuration"};
    }
    auto work = retry_quarantined(context_, *stream->pass, request);
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
