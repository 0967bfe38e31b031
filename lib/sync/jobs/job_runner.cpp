#include "sync/jobs/job_runner.hpp"

#include "base/co_try.hpp"
#include "base/error.hpp"
#include "sync/jobs/whole_due.hpp"
#include "sync/limits/retry.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

// A retry would not help. Records of another workspace are not such an error: the key may be replaced, and a single
// response with them may be corrupt.
bool is_final(ErrorCode code) {
    return code == ErrorCode::invalid_argument;
}

// A reconciliation that was requested early begins at the earliest this long after the last whole one.
constexpr Duration kBetweenWhole = std::chrono::hours(1);

bool is_reconcile_of(const Job& pass, const std::string& stream) {
    return pass.stream == stream && pass.kind == JobKind::reconcile;
}

// A later row in the table is not later in time: one that waits until it is due is overtaken by others.
std::optional<Timestamp> later_of(std::optional<Timestamp> a, std::optional<Timestamp> b) {
    return a && b ? std::max(a, b) : (a ? a : b);
}

// std::nullopt: a clock that was ahead wrote it (hazard 19), so the real time is unknown.
std::optional<Timestamp> unless_in_future(std::optional<Timestamp> at, Timestamp now) {
    return at && *at <= now + kClockTolerance ? at : std::nullopt;
}

// When the last of the stream's reconciliations ended, in any way; std::nullopt: there was none.
std::optional<Timestamp> last_ended(const std::vector<Job>& passes, const std::string& stream,
                                    Timestamp now) {
    std::optional<Timestamp> last;
    for (const Job& pass : passes) {
        if (is_reconcile_of(pass, stream) && !pass.is_open())
            last = later_of(last, unless_in_future(Timestamp::parse(pass.updated_at), now));
    }
    return last;
}

// When the last one ended that has read every key.
std::optional<Timestamp> last_whole(const std::vector<Job>& passes, const std::string& stream,
                                    Timestamp now) {
    std::optional<Timestamp> last;
    for (const Job& pass : passes) {
        const bool ended = pass.status == JobStatus::done || pass.status == JobStatus::awaiting_confirmation;
        if (is_reconcile_of(pass, stream) && ended && pass.whole)
            last = later_of(last, unless_in_future(Timestamp::parse(pass.updated_at), now));
    }
    return last;
}

// Requested early, and not due yet.
bool is_put_off(const Job& pass) {
    return pass.status == JobStatus::waiting && !pass.reason.empty();
}

// The wall clock may have jumped: limited to between zero and the whole interval.
Duration since(const std::optional<Timestamp>& at, Timestamp now, Duration most) {
    if (!at || *at > now) return Duration::zero();
    return std::min(now - *at, most);
}

}  // namespace

JobRunner::JobRunner(PassContext context, JobStore& jobs, Observer& observer, std::vector<JobStream> streams)
    : context_(context),
      jobs_(jobs),
      observer_(observer),
      streams_(std::move(streams)),
      sleep_(context.clock) {}

void JobRunner::wake() {
    check_at_ = context_.clock.now();
    sleep_.wake();
}

void JobRunner::stop() {
    stopped_ = true;
    cancel_pass_.emit(asio::cancellation_type::terminal);
    wake();
}

void JobRunner::forgive() {
    for (auto& [id, retry] : retries_)
        retry.not_before = context_.clock.now();
    wake();
}

void JobRunner::cancel(std::uint64_t id) {
    unwanted_.insert(id);
    if (id == running_) cancel_pass_.emit(asio::cancellation_type::terminal);
    wake();
}

Task<> JobRunner::run() {
    while (!stopped_) {
        if (context_.clock.now() < check_at_) {
            const MonoTime until = check_at_;
            co_await sleep_.until(until);
            continue;
        }
        auto done = co_await round();
        if (done) {
            failures_ = 0;
            continue;
        }
        observer_.failed(done.error());
        const Duration pause = failure_pause(context_.random, done.error(), ++failures_);
        check_at_ = context_.clock.now() + pause;
    }
}

// One check of the table, and the first of its passes that can run now. Errors are the store's.
Task<Result<>> JobRunner::round() {
    // Before the table is read: a wake() in the meantime causes another round.
    check_at_ = Clock::never;
    CO_TRY_ASSIGN(auto passes, jobs_.passes());
    forget_unwanted(passes);
    CO_TRY(plan(passes));
    for (Job& pass : passes) {
        if (stopped_ || !pass.is_open()) continue;
        CO_TRY_ASSIGN(auto dropped, drop_unwanted(pass));
        if (dropped || !is_ready(pass)) continue;
        const MonoTime begins = not_before(pass, passes);
        if (context_.clock.now() < begins) {
            check_at_ = std::min(check_at_, begins);
            continue;
        }
        check_at_ = context_.clock.now();  // another check afterwards
        co_return co_await attempt(std::move(pass));
    }
    co_return Result<>{};
}

// A job that has ended needs no cancellation.
void JobRunner::forget_unwanted(const std::vector<Job>& passes) {
    for (const Job& pass : passes) {
        if (!pass.is_open()) unwanted_.erase(pass.id);
    }
}

// Stores the reconciliations that are due, and determines when the next will be.
Task<Result<>> JobRunner::plan(const std::vector<Job>& passes) {
    CO_TRY_ASSIGN(auto first_passes, jobs_.first_passes());
    for (const JobStream& stream : streams_) {
        if (!stream.rule.every) continue;
        const auto first = first_passes.find(stream.pass->spec.entity);
        std::optional<Timestamp> first_pass;
        if (first != first_passes.end()) first_pass = first->second;
        CO_TRY(plan_stream(stream, passes, first_pass));
    }
    co_return Result<>{};
}

// The interval counts from the end of the last one; if there was none yet, from the stream's first pass. Both are in
// the store: neither a restart nor a reload restarts it.
Task<Result<>> JobRunner::plan_stream(const JobStream& stream, const std::vector<Job>& passes,
                                      std::optional<Timestamp> first_pass) {
    const std::string& entity = stream.pass->spec.entity;
    const bool open = std::any_of(passes.begin(), passes.end(), [&](const Job& pass) {
        return is_reconcile_of(pass, entity) && pass.is_open() && !is_put_off(pass);
    });
    const Timestamp now = context_.clock.wall();
    const auto ended = last_ended(passes, entity, now);
    if (open || (!ended && !first_pass)) co_return Result<>{};
    // If the first pass is dated in the future, it is only known that there was one: the first reconciliation is due.
    const Timestamp counted_from = ended ? *ended : unless_in_future(first_pass, now).value_or(Timestamp{});
    const MonoTime due = due_of(stream, counted_from);
    if (context_.clock.now() < due) {
        check_at_ = std::min(check_at_, due);
        co_return Result<>{};
    }
    // A postponed one counts as the one that is due: otherwise it would wait forever behind others, each of which is
    // whole.
    const auto put_off = std::find_if(passes.begin(), passes.end(), [&](const Job& pass) {
        return is_reconcile_of(pass, entity) && is_put_off(pass);
    });
    Job pass{.kind = JobKind::reconcile, .stream = entity, .scheduled = true};
    if (put_off != passes.end()) pass = *put_off;
    pass.reason.clear();
    pass.deep = stream.rule.deep;
    // A tenth of tolerance, since the interval has as much jitter.
    const Duration whole_every = stream.rule.whole_every * 9 / 10;
    const auto whole = last_whole(passes, entity, now);
    pass.whole = pass.whole || !whole || since(whole, now, whole_every) == whole_every;
    CO_TRY(jobs_.save_pass(std::move(pass)));
    check_at_ = context_.clock.now();  // finds it in the table
    co_return Result<>{};
}

// On the monotonic clock, from its first request on (hazard 19).
MonoTime JobRunner::due_of(const JobStream& stream, Timestamp counted_from) {
    const auto [entry, fresh] = due_.try_emplace(stream.pass->spec.entity);
    Due& due = entry->second;
    if (fresh || due.counted_from != counted_from) {
        const Duration every = *stream.rule.every;
        const Duration gone_by = since(counted_from, context_.clock.wall(), every);
        due.counted_from = counted_from;
        due.at = context_.clock.now() + (poll_pause(context_.random, every) - gone_by);
    }
    return due.at;
}

// When the pass may begin: after the pause caused by its last failure, and not too soon after another whole one.
MonoTime JobRunner::not_before(const Job& pass, const std::vector<Job>& passes) const {
    const auto retry = retries_.find(pass.id);
    const MonoTime retried = retry == retries_.end() ? MonoTime{} : retry->second.not_before;
    if (!is_put_off(pass)) return retried;
    const Timestamp now = context_.clock.wall();
    const auto whole = last_whole(passes, pass.stream, now);
    if (!whole) return retried;
    const Duration gone_by = since(whole, now, kBetweenWhole);
    return std::max(retried, context_.clock.now() + (kBetweenWhole - gone_by));
}

const JobStream* JobRunner::stream_of(const Job& pass) const {
    const auto found = std::find_if(streams_.begin(), streams_.end(), [&](const JobStream& stream) {
        return stream.pass->spec.entity == pass.stream;
    });
    return found == streams_.end() ? nullptr : &*found;
}

// A reconciliation during the stream's first load would load it a second time.
bool JobRunner::is_ready(const Job& pass) const {
    const JobStream* const stream = stream_of(pass);
    return stream && (pass.kind == JobKind::backfill || stream->memory->is_ready_for_jobs());
}

// True: the pass was ended because it was canceled or its stream is no longer configured.
Task<Result<bool>> JobRunner::drop_unwanted(Job pass) {
    const std::uint64_t id = pass.id;
    const bool unwanted = unwanted_.contains(id);
    if (!unwanted && stream_of(pass)) co_return false;
    if (!unwanted) {
        pass.error = "the stream is no longer configured";
        pass.hint = "check the section streams of the configuration";
    }
    CO_TRY(finish(std::move(pass), unwanted ? JobStatus::canceled : JobStatus::failed));
    unwanted_.erase(id);
    co_return true;
}

Task<Result<>> JobRunner::attempt(Job pass) {
    const JobStream* const stream = stream_of(pass);
    running_ = pass.id;
    pass.status = JobStatus::running;
    pass.error.clear();
    pass.hint.clear();
    observer_.bounded_pass(pass);
    const std::uint64_t requests = pass.requests;
    auto ended = co_await run_one(*stream, pass);
    running_ = 0;
    const std::uint64_t spent = pass.requests - requests;
    co_return co_await note_end(std::move(pass), spent, std::move(ended));
}

// A separate coroutine, so that stop() and cancel() can end the pass and only the pass. They find it from the first
// wait on: it is bound before anything is awaited.
Task<Result<>> JobRunner::run_one(const JobStream& stream, Job& pass) {
    if (stopped_ || unwanted_.contains(pass.id)) co_return canceled_error("start a bounded pass");
    auto working = work(stream, pass);
    co_return co_await asio::co_spawn(context_.clock.executor(), std::move(working),
                                      asio::bind_cancellation_slot(cancel_pass_.slot(), asio::use_awaitable));
}

Task<Result<>> JobRunner::work(const JobStream& stream, Job& pass) {
    try {
        // A reconciliation restarts each time: with the same budget as last time it would get no further.
        const auto retry = retries_.find(pass.id);
        if (pass.kind == JobKind::reconcile && retry != retries_.end()) {
            CO_TRY(context_.limiter.check_spare(retry->second.spent * 5 / 4));
        }
        auto running = run_bounded(context_, *stream.pass, stream.rule.guard, *stream.memory, pass);
        co_return co_await std::move(running);
    } catch (const std::exception&) {
        if (!is_cancellation(std::current_exception())) throw;
        co_return canceled_error("start a bounded pass");
    }
}

Task<Result<>> JobRunner::note_end(Job pass, std::uint64_t spent, Result<> ended) {
    if (ended) {
        retries_.erase(pass.id);
        observer_.bounded_pass(pass);
        co_return Result<>{};
    }
    const Error& error = ended.error();
    if (context_.whole_due) context_.whole_due->may_owe(pass.stream, error);
    if (error.code == ErrorCode::canceled || error.code == ErrorCode::store_lost) {
        // After stop() it continues in the next process, and otherwise in the daemon that has taken over, as recorded
        // in the row; one that was canceled the next round drops.
        co_return Result<>{};
    }
    pass.error = error.message();
    pass.hint = error.hint;
    if (is_final(error.code)) co_return co_await finish(std::move(pass), JobStatus::failed);
    Retry& retry = retries_[pass.id];
    if (error.code == ErrorCode::quota_exhausted) retry.spent = std::max(retry.spent, spent);
    const Duration pause = failure_pause(context_.random, context_.limiter, error, ++retry.failures);
    retry.not_before = context_.clock.now() + pause;
    pass.status = JobStatus::running;
    observer_.bounded_pass(pass);
    observer_.bounded_pass_waits(pass, error, pause);
    CO_TRY(jobs_.save_pass(std::move(pass)));
    co_return Result<>{};
}

Task<Result<>> JobRunner::finish(Job pass, JobStatus status) {
    pass.status = status;
    retries_.erase(pass.id);
    CO_TRY(jobs_.save_pass(pass));
    observer_.bounded_pass(pass);  // once it is durable
    if (!context_.whole_due) co_return Result<>{};
    CO_TRY(context_.whole_due->recall_ended(std::move(pass.stream)));
    co_return Result<>{};
}

}  // namespace carecloud
