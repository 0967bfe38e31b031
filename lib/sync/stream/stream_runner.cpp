#include "sync/stream/stream_runner.hpp"

#include "base/error.hpp"
#include "sync/events/settle_rules.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/limits/retry.hpp"
#include "sync/stream/pass.hpp"
#include "sync/walk/all_of.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

Error mixed_types(const std::string& stream) {
    return {.code = ErrorCode::bad_response,
            .operation = "walk " + stream,
            .subject = "some records have a different type of modified or _id and are not found by polling",
            .hint =
                "reconciliations find them by _id if the portal counts records; ask its operator to use the "
                "same type in all records"};
}

}  // namespace

StreamRunner::StreamRunner(PassContext context, Inbox& inbox, EngineStream settings, double poll_rate,
                           Observer& observer)
    : context_(context),
      settings_(std::move(settings)),
      poll_rate_(poll_rate),
      inbox_(inbox),
      observer_(observer),
      memory_(settings_.pass.page_size),
      resolver_(context_, inbox, settings_.pass, memory_),
      sleep_(context.clock),
      load_sleep_(context.clock),
      due_(context.clock.now()),
      push_(settings_.push.value_or(PushWatch{.from = context.clock.wall()})) {
    memory_.load_begins = [this] { load_sleep_.wake(); };
}

MonoTime StreamRunner::due() const {
    const MonoTime next = nudged_ ? context_.clock.now() : std::min(due_, check_at_);
    return std::max(next, backoff_until_);
}

StreamSnapshot StreamRunner::snapshot() const {
    const Timestamp wall = context_.clock.wall();
    const double stretch = quota_stretch(context_.limiter.use(), wall, poll_rate_);
    StreamSnapshot shown{.in_pass = in_pass_,
                         .until_next = std::max(due() - context_.clock.now(), Duration::zero()),
                         .poll_every = stretched(base_interval(), stretch, wall),
                         .stretched = stretch > kStretchNoticed};
    if (memory_.load) shown.load = memory_.load->at(context_.clock.now());
    return shown;
}

// Before the quota is taken into account.
Duration StreamRunner::base_interval() const {
    return push_.silent ? quickened(settings_.poll_every) : settings_.poll_every;
}

// A pass, and then the events that it may have settled.
Task<PassReport> StreamRunner::pass_and_settle(bool polled) {
    PassReport report;
    report.stream = settings_.pass.spec.entity;
    try {
        co_await recall_whole();
        co_await resolver_.begin();
        SettleReport during_load;
        std::vector<Task<>> both;
        walking_ = true;
        both.push_back(walk(report));
        both.push_back(settle_during_load(during_load));
        auto running = all_or_none(context_.clock.executor(), std::move(both));
        co_await std::move(running);
        report.requests += during_load.requests;
        report.summary += during_load.summary;
        // For the pass's own commits, the reconciliation was requested with them.
        const bool is_odd = during_load.summary.doubted + during_load.summary.reversed > 0;
        co_await request_whole(report.error, is_odd);
        if (!report.error) co_await settle(report, polled);
        const SettleReport& events = report.events;
        co_await request_whole(events.error,
                               events.summary.doubted + events.summary.reversed + events.vanished > 0);
        report.events.settled += during_load.settled;
    } catch (const std::exception&) {
        if (!is_cancellation(std::current_exception())) throw;
        if (!report.error) report.error = canceled_error("settle events of " + settings_.pass.spec.entity);
    }
    report.loaded = loaded_;
    co_return report;
}

Task<> StreamRunner::walk(PassReport& report) {
    auto passing = run_pass(context_, settings_.pass, memory_);
    report = co_await std::move(passing);
    walking_ = false;
    load_sleep_.wake();
}

// Events that arrive during a wide load do not wait for its end.
Task<> StreamRunner::settle_during_load(SettleReport& settled) {
    MonoTime next{};
    while (walking_) {
        const MonoTime now = context_.clock.now();
        if (!memory_.load || (!nudged_in_load_ && now < next)) {
            co_await load_sleep_.until(memory_.load ? next : Clock::never);
            continue;
        }
        nudged_in_load_ = false;
        next = Clock::never;
        auto loading = context_.store.load_stream(settings_.pass.spec.entity);
        Result<std::optional<StreamState>> state = co_await std::move(loading);
        if (!state) observer_.failed(state.error());
        if (!state || !*state) continue;
        auto settling = resolver_.run_during_load(std::move(**state));
        const SettleReport report = co_await std::move(settling);
        settled.settled += report.settled;
        settled.requests += report.requests;
        settled.summary += report.summary;
        if (report.error) observer_.failed(*report.error);
        if (report.look_again) next = context_.clock.now() + *report.look_again;
    }
}

Task<> StreamRunner::settle(PassReport& report, bool polled) {
    if (!loaded_) co_await note_loaded();
    report.events = co_await resolver_.run(report, polled);
    report.requests += report.events.requests;
    report.summary += report.events.summary;
    if (settings_.announced) co_await watch_push(report);
}

// The start of the first reconciliation interval, and whether this store has ever been filled, are kept across
// restarts.
Task<> StreamRunner::note_loaded() {
    auto noted = co_await context_.store.note_first_pass(settings_.pass.spec.entity);
    if (!noted) {
        observer_.failed(noted.error());
        co_return;
    }
    loaded_ = true;
    if (job_may_be_due_) job_may_be_due_();
}

// Counts changes that polls find and no event announced. Changes of the last minutes are excluded: their events may
// still arrive, and they are counted once that time has passed, even if nothing else changes by then.
Task<> StreamRunner::watch_push(const PassReport& report) {
    const Timestamp now = context_.clock.wall();
    const bool changed = report.summary.changes() > 0;
    const bool grace_over = push_due_ && *push_due_ <= now;
    if (!changed && !grace_over && !push_.silent) co_return;
    if (changed)
        push_due_ =
            now + kAnnounceGrace + std::chrono::milliseconds(1);  // the store's times are in milliseconds
    else if (grace_over)
        push_due_.reset();
    auto judging = judge_push(now);
    co_await std::move(judging);
}

Task<> StreamRunner::judge_push(Timestamp now) {
    Announced recent;
    for (const Duration window : kAnnounceWindows) {
        const Timestamp from = std::max(push_.from, now - window);
        auto counting = inbox_.announced(settings_.pass.spec.entity, from, now - kAnnounceGrace);
        const Result<Announced> counted = co_await std::move(counting);
        if (!counted) {
            observer_.failed(counted.error());
            co_return;
        }
        recent = *counted;
        if (push_.silent || recent.changes >= kChangesToJudge || from == push_.from) break;
    }
    const bool silent = is_push_silent(recent, push_.silent);
    if (std::exchange(push_.silent, silent) == silent) co_return;
    if (!silent) push_.from = now;  // changes during the silence are not counted against it again
    observer_.push_silent(entity(), silent);
}

// A separate coroutine, so that stop() can end the pass and only the pass.
Task<PassReport> StreamRunner::cancelable_pass(bool polled) {
    observer_.pass_begins(entity());
    auto pass = pass_and_settle(polled);
    co_return co_await asio::co_spawn(context_.clock.executor(), std::move(pass),
                                      asio::bind_cancellation_slot(cancel_pass_.slot(), asio::use_awaitable));
}

void StreamRunner::plan_next(const PassReport& report) {
    const MonoTime now = context_.clock.now();
    if (!report.error) {
        // A pass requested by an event does not replace the timer's: that one also requests records by id.
        const bool is_planned = failures_ == 0 && due_ > now;
        failures_ = 0;
        backoff_until_ = now;
        check_at_ = report.events.look_again ? now + *report.events.look_again : Clock::never;
        const Timestamp wall = context_.clock.wall();
        const double stretch = quota_stretch(context_.limiter.use(), wall, poll_rate_);
        const MonoTime next = now + stretched(poll_pause(context_.random, base_interval()), stretch, wall);
        due_ = is_planned ? std::min(due_, next) : next;
        report_stretch();
        return;
    }
    if (report.error->code == ErrorCode::canceled) return;
    const Duration pause = failure_pause(context_.random, context_.limiter, *report.error, ++failures_);
    backoff_until_ = now + pause;
    due_ = backoff_until_;
    observer_.backing_off(report, pause);
}

void StreamRunner::report_stretch() {
    const StreamSnapshot now = snapshot();
    if (now.stretched) observer_.polls_stretched(entity(), now.poll_every);
    if (std::exchange(stretch_reported_, now.stretched) && !now.stretched)
        observer_.polls_stretched(entity(), std::nullopt);
}

Task<> StreamRunner::run() {
    if (push_.silent) observer_.push_silent(entity(), true);  // the reader has restarted
    while (!stopped_) {
        if (const MonoTime next = due(); context_.clock.now() < next) {
            co_await sleep_.until(next);
            continue;
        }
        const bool polled = due_ <= context_.clock.now();
        nudged_ = false;
        in_pass_ = true;
        const bool was_ready = memory_.is_ready_for_jobs();
        const bool was_walked = memory_.walked;
        const PassReport report = co_await cancelable_pass(polled);
        in_pass_ = false;
        co_await report_pass(report);
        plan_next(report);
        const bool is_news = memory_.is_ready_for_jobs() != was_ready || memory_.walked != was_walked;
        if (is_news && job_may_be_due_) job_may_be_due_();
    }
}

Task<> StreamRunner::report_pass(const PassReport& report) {
    observer_.pass_ended(report);
    if (const auto news = context_.time.take_news()) observer_.clocks(*news);
    if (report.error || !memory_.mixed || std::exchange(mixed_reported_, true)) co_return;
    observer_.failed(mixed_types(report.stream));
    if (!context_.whole_due) co_return;
    auto asking =
        context_.whole_due->request(report.stream, "some records have a different type of modified or _id");
    auto asked = co_await std::move(asking);
    if (!asked) observer_.failed(asked.error());
}

// Also after a pass that failed: its commits stay. A canceled one leaves this to recall_whole().
Task<> StreamRunner::request_whole(const std::optional<Error>& error, bool is_odd) {
    if (!context_.whole_due) co_return;
    std::string stream = settings_.pass.spec.entity;
    if (error) context_.whole_due->may_owe(stream, *error);
    auto asking = is_odd ? context_.whole_due->request(std::move(stream), WholeDue::kWentBack)
                         : context_.whole_due->write_owed(std::move(stream));
    auto asked = co_await std::move(asking);
    if (!asked) observer_.failed(asked.error());
}

// Before the pass, which may settle earlier doubts.
Task<> StreamRunner::recall_whole() {
    if (!context_.whole_due) co_return;
    auto recalling = context_.whole_due->recall(settings_.pass.spec.entity);
    auto recalled = co_await std::move(recalling);
    if (!recalled) observer_.failed(recalled.error());
}

Task<PassReport> StreamRunner::run_once() {
    PassReport report = co_await cancelable_pass(true);
    co_await report_pass(report);
    co_return report;
}

void StreamRunner::nudge() {
    nudged_ = true;
    sleep_.wake();
    if (!memory_.load) return;
    nudged_in_load_ = true;
    load_sleep_.wake();
}

void StreamRunner::forgive() {
    backoff_until_ = context_.clock.now();
    nudge();
}

void StreamRunner::stop() {
    stopped_ = true;
    cancel_pass_.emit(asio::cancellation_type::terminal);
    sleep_.wake();
}

}  // namespace carecloud
