#include "sync/stream_runner.hpp"

#include "sync/schedule.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

StreamRunner::StreamRunner(PassContext context, EngineStream settings, double poll_rate, Observer& observer)
    : context_(context),
      settings_(std::move(settings)),
      poll_rate_(poll_rate),
      observer_(observer),
      memory_(settings_.pass.page_size),
      alarm_(context.clock.make_alarm()),
      due_(context.clock.now()) {}

MonoTime StreamRunner::due() const {
    const MonoTime wished = nudged_ ? context_.clock.now() : due_;
    return std::max(wished, backoff_until_);
}

// A coroutine of its own, so that stop() can end the pass and nothing but the pass.
Task<PassReport> StreamRunner::cancellable_pass() {
    auto pass = run_pass(context_, settings_.pass, memory_);
    co_return co_await asio::co_spawn(context_.clock.executor(), std::move(pass),
                                      asio::bind_cancellation_slot(cancel_pass_.slot(), asio::use_awaitable));
}

void StreamRunner::plan_next(const PassReport& report) {
    const MonoTime now = context_.clock.now();
    if (!report.error) {
        failures_ = 0;
        backoff_until_ = now;
        const double stretch = quota_stretch(context_.gate.use(), context_.clock.wall(), poll_rate_);
        const auto pause = poll_pause(context_.random, settings_.poll_every) * stretch;
        due_ = now + std::chrono::duration_cast<Duration>(pause);
        return;
    }
    if (report.error->code == ErrorCode::cancelled) return;
    const Duration pause = failure_pause(context_.random, *report.error, ++failures_);
    backoff_until_ = now + pause;
    due_ = backoff_until_;
    observer_.backing_off(entity(), *report.error, pause);
}

Task<> StreamRunner::run() {
    while (!stopped_) {
        if (const MonoTime hour = due(); context_.clock.now() < hour) {
            co_await alarm_->wait_until(hour);
            continue;
        }
        nudged_ = false;
        const PassReport report = co_await cancellable_pass();
        observer_.pass_ended(report);
        plan_next(report);
    }
}

Task<PassReport> StreamRunner::run_once() {
    PassReport report = co_await cancellable_pass();
    observer_.pass_ended(report);
    co_return report;
}

void StreamRunner::nudge() {
    nudged_ = true;
    alarm_->wake();
}

void StreamRunner::forgive() {
    backoff_until_ = context_.clock.now();
    nudge();
}

void StreamRunner::stop() {
    stopped_ = true;
    cancel_pass_.emit(asio::cancellation_type::terminal);
    alarm_->wake();
}

}  // namespace carecloud
