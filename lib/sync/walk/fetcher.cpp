#include "sync/walk/fetcher.hpp"

#include "base/co_try.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

// If one response in five is corrupted in the same way, that is one page in 80,000.
constexpr std::size_t kSameToBelieve = 8;
// For records that are not valid JSON: a second response with the same bytes (hazard 35).
constexpr std::size_t kSameToBelieveNotJson = 2;
// The maximum number of responses if the bytes differ each time.
constexpr std::size_t kAnswersMax = 16;
constexpr std::size_t kAnswersMaxNotJson = 2;

// Possible corruption of a response in transit: the bytes of these records, and how many consecutive responses must
// have the same bytes.
struct Doubts {
    std::string bodies;
    std::size_t same_to_believe = kSameToBelieveNotJson;
    std::size_t answers_max = kAnswersMaxNotJson;
};

Doubts doubts_of(const Page& page) {
    Doubts doubts;
    for (const InvalidRecord& invalid : page.invalid) {
        if (!invalid.contradictory && !invalid.not_json) continue;
        doubts.bodies += invalid.body;
        if (!invalid.contradictory) continue;
        doubts.same_to_believe = kSameToBelieve;
        doubts.answers_max = kAnswersMax;
    }
    return doubts;
}

}  // namespace

AnswerDoubt::Verdict AnswerDoubt::judge(const Page& page) {
    ++answers_;
    Doubts doubts = doubts_of(page);
    if (doubts.bodies.empty()) return Verdict::believe;
    same_ = doubts.bodies == doubted_ ? same_ + 1 : 1;
    doubted_ = std::move(doubts.bodies);
    if (same_ >= doubts.same_to_believe) return Verdict::believe;
    return answers_ >= doubts.answers_max ? Verdict::give_up : Verdict::ask_again;
}

namespace {

Error doubt_error(std::size_t records_seen) {
    return {.code = ErrorCode::bad_response,
            .operation = "parse the portal's response",
            .subject = "records with invalid JSON or duplicate system fields that differ in each response",
            .hint = "nothing of the page is stored; it will be requested again",
            .records_seen = records_seen};
}

// How a portal responds that has more requests than it can process, or a gateway that refuses more connections.
bool is_overload(ErrorCode code) {
    return code == ErrorCode::rate_limited || code == ErrorCode::server_failed ||
           code == ErrorCode::timed_out || code == ErrorCode::unreachable;
}

}  // namespace

Fetcher::Fetcher(Clock& clock, Portal& portal, RateLimiter& limiter, Random& random, PortalTime& time,
                 RetryPauses pauses, RequestRank rank, Lanes* lanes)
    : clock_(clock),
      portal_(portal),
      limiter_(limiter),
      random_(random),
      time_(time),
      pauses_(pauses),
      rank_(rank),
      lanes_(lanes) {}

// Reports the first failure of the pass immediately, since retries may hide it for long. An oversized page is not a
// failure: this is how the page size is learned.
Error Fetcher::report(const Question& question, Error error) {
    const bool ordinary = error.code == ErrorCode::too_large || error.code == ErrorCode::canceled;
    if (!ordinary && !std::exchange(reported_, true))
        limiter_.report_failure(question.query.spec->entity, error);
    return error;
}

void Fetcher::note_load(const Result<PagePtr>& answer, MonoTime sent) {
    const MonoTime now = clock_.now();
    if (!answer && is_overload(answer.error().code)) lanes_->limit().refused(now, sent);
    if (answer && rank_ != RequestRank::live) lanes_->limit().answered(now, now - sent, (*answer)->size);
}

Task<Result<PagePtr>> Fetcher::send(const Question& question) {
    std::optional<Lanes::Sending> sending;
    if (lanes_) {
        auto waiting = lanes_->until_may_send(rank_ == RequestRank::live);
        co_await std::move(waiting);
        sending.emplace(*lanes_);
    }
    CO_TRY(limiter_.admit(rank_));
    ++requests_;
    const MonoTime sent = clock_.now();
    auto asking =
        question.id ? portal_.retrieve(*question.query.spec, *question.id) : portal_.query(question.query);
    Result<PagePtr> answer = co_await std::move(asking);
    if (lanes_) note_load(answer, sent);
    if (!answer) co_return report(question, limiter_.heard(answer.error(), sent));
    limiter_.answered(sent);
    co_return answer;
}

Task<Result<PagePtr>> Fetcher::ask_once(const Question& question) {
    AnswerDoubt doubt;
    for (;;) {
        auto sending = send(question);
        Result<PagePtr> answer = co_await std::move(sending);
        if (!answer) co_return answer;
        time_.answered((*answer)->date, PortalTime::local_time(clock_));
        const AnswerDoubt::Verdict verdict = doubt.judge(**answer);
        if (verdict == AnswerDoubt::Verdict::believe) co_return answer;
        if (verdict == AnswerDoubt::Verdict::give_up) co_return doubt_error((*answer)->record_count());
        co_await clock_.sleep(full_jitter(random_, pauses_.base, pauses_.limit, doubt.answers()));
    }
}

// Does what is required before the next attempt; returns the error itself if there is none.
Task<Result<>> Fetcher::recover(const Error& error, RetryState& state) {
    ++state.failures;
    if (state.take <= 1) ++state.alone;
    state.refreshed = refreshed_;
    // Such a wait is too long within a pass (hazard 34).
    if (error.retry_after && *error.retry_after > RateLimiter::kWaitMax) co_return error;
    const RetryDecision decision = decide_retry(error.code, state);
    if (decision.action == RetryAction::give_up) co_return error;
    if (decision.action == RetryAction::shrink) state.take = smaller_take(state.take, error.records_seen);
    if (decision.action == RetryAction::refresh_key) {
        refreshed_ = true;
        CO_TRY(limiter_.admit(rank_));
        ++requests_;
        const MonoTime sent = clock_.now();
        auto refreshed = co_await portal_.refresh();
        if (refreshed)
            limiter_.answered(sent);
        else
            refreshed = limiter_.heard(refreshed.error(), sent);
        // A refused refresh is no new information: the query itself is repeated once and decides.
        if (!refreshed && refreshed.error().code == ErrorCode::canceled) co_return refreshed.error();
    }
    if (!decision.pause) co_return Result<>{};
    Duration pause = full_jitter(random_, pauses_.base, pauses_.limit, state.failures);
    if (error.retry_after) pause = std::max<Duration>(pause, *error.retry_after);
    if (error.code == ErrorCode::rate_limited)
        limiter_.slow_down(pause);
    else
        co_await clock_.sleep(pause);
    co_return Result<>{};
}

Task<Result<Fetched>> Fetcher::fetch(Query query, PageSize& size) {
    RetryState state{.take = size.take()};
    Question question{.query = std::move(query)};
    for (;;) {
        question.query.take = state.take;
        const MonoTime sent = clock_.now();
        Result<PagePtr> answer = co_await ask_once(question);
        if (answer) {
            const PagePtr& page = *answer;
            const bool full = page->record_count() >= state.take;
            size.passed(state.take, full, state.take < size.take());
            const Timestamp now = time_.at(PortalTime::local_time(clock_));
            co_return Fetched{.page = page,
                              .take = state.take,
                              .projection = question.query.projection,
                              .asked_at = now - (clock_.now() - sent)};
        }
        const Error error = answer.error();
        CO_TRY(recover(error, state));
    }
}

Task<Result<PagePtr>> Fetcher::ask(Query query) {
    Question question{.query = std::move(query)};
    return ask_until(std::move(question));
}

Task<Result<PagePtr>> Fetcher::retrieve(const StreamSpec& spec, std::string id) {
    Question question{.query = {.spec = &spec}, .id = std::move(id)};
    return ask_until(std::move(question));
}

Task<Result<PagePtr>> Fetcher::ask_until(Question question) {
    RetryState state{.take = 1};
    for (;;) {
        Result<PagePtr> answer = co_await ask_once(question);
        if (answer) co_return answer;
        const Error error = answer.error();
        CO_TRY(recover(error, state));
    }
}

}  // namespace carecloud
