#include "sync/fetcher.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

// Where one answer in five is spoilt in the same way, that is one page in 80,000.
constexpr std::size_t kSameToBelieve = 8;
// Of records that are not valid JSON: a second answer with the same bytes (hazard 35).
constexpr std::size_t kSameToBelieveInvalid = 2;
// So many answers at most, where the bytes are others each time.
constexpr std::size_t kAnswersMax = 16;
constexpr std::size_t kAnswersMaxInvalid = 2;

// What an answer may have been spoilt with on its way: the bytes of these records, and how many answers in a row must
// have the same.
struct Doubts {
    std::string bodies;
    std::size_t same_to_believe = kSameToBelieveInvalid;
    std::size_t answers_max = kAnswersMaxInvalid;
};

Doubts doubts_of(const Page& page) {
    Doubts doubts;
    for (const StrangeRecord& strange : page.strange) {
        if (!strange.contradictory && !strange.invalid) continue;
        doubts.bodies += strange.body;
        if (!strange.contradictory) continue;
        doubts.same_to_believe = kSameToBelieve;
        doubts.answers_max = kAnswersMax;
    }
    return doubts;
}

Error doubt_error(std::size_t records_seen) {
    return {
        .code = ErrorCode::bad_response,
        .operation = "read the portal's answer",
        .subject = "records that are not valid JSON, or say a system field twice, with other bytes each time",
        .hint = "the page is asked for again later; nothing of it is stored",
        .records_seen = records_seen};
}

}  // namespace

Fetcher::Fetcher(Clock& clock, Portal& portal, RequestGate& gate, Random& random, PortalTime& time,
                 RetryPauses pauses, RequestRank rank)
    : clock_(clock),
      portal_(portal),
      gate_(gate),
      random_(random),
      time_(time),
      pauses_(pauses),
      rank_(rank) {}

Task<Result<PagePtr>> Fetcher::send(const Question& question) {
    auto admitted = co_await gate_.admit(rank_);
    if (!admitted) co_return admitted.error();
    ++requests_;
    const MonoTime sent = clock_.now();
    auto asking =
        question.id ? portal_.retrieve(*question.query.spec, *question.id) : portal_.query(question.query);
    Result<PagePtr> answer = co_await std::move(asking);
    if (!answer) co_return tell(question, gate_.heard(answer.error(), sent));
    gate_.answered(sent);
    time_.answered((*answer)->date, PortalTime::moment(clock_));
    co_return answer;
}

// Says so where it is the first of the pass: retries may hide it for long. That a page is too large is no failure, but
// how its size is learnt.
Error Fetcher::tell(const Question& question, Error error) {
    const bool ordinary = error.code == ErrorCode::too_large || error.code == ErrorCode::cancelled;
    if (!ordinary && !std::exchange(told_, true)) gate_.tell_failure(question.query.spec->entity, error);
    return error;
}

// An answer that contradicts itself, or has records that are not valid JSON, is believed when it comes again with the
// very same bytes. A spoilt one is not lost that way, and a record that is stored so at the portal stops nobody
// (promise 6).
Task<Result<PagePtr>> Fetcher::ask_once(const Question& question) {
    std::string doubted;
    std::size_t same = 0;
    for (std::size_t asked = 1;; ++asked) {
        Result<PagePtr> answer = co_await send(question);
        if (!answer) co_return answer;
        Doubts doubts = doubts_of(**answer);
        if (doubts.bodies.empty()) co_return answer;
        same = doubts.bodies == doubted ? same + 1 : 1;
        doubted = std::move(doubts.bodies);
        if (same >= doubts.same_to_believe) co_return answer;
        if (asked >= doubts.answers_max) co_return doubt_error((*answer)->record_count());
        co_await clock_.sleep(full_jitter(random_, pauses_.base, pauses_.limit, asked));
    }
}

// Does what must be done before the next attempt; the error itself where there is none.
Task<Result<>> Fetcher::recover(const Error& error, RetryState& state) {
    ++state.failures;
    if (state.take <= 1) ++state.alone;
    state.refreshed = refreshed_;
    // Nobody waits so long within a pass (hazard 34).
    if (error.retry_after && *error.retry_after > RequestGate::kWaitMax) co_return error;
    const RetryDecision decision = decide_retry(error.code, state);
    if (decision.action == RetryAction::give_up) co_return error;
    if (decision.action == RetryAction::shrink) {
        // Half of the page that failed, which may have been shorter than what was asked for.
        const std::size_t held = error.records_seen > 1 ? error.records_seen : state.take;
        state.take = PageSize::smaller(std::min(state.take, held));
    }
    if (decision.action == RetryAction::refresh_key) {
        refreshed_ = true;
        auto admitted = co_await gate_.admit(rank_);
        if (!admitted) co_return admitted.error();
        ++requests_;
        const MonoTime sent = clock_.now();
        auto refreshed = co_await portal_.refresh();
        if (refreshed)
            gate_.answered(sent);
        else
            refreshed = gate_.heard(refreshed.error(), sent);
        // A refused refresh says nothing new: the query itself is asked once more and has the last word.
        if (!refreshed && refreshed.error().code == ErrorCode::cancelled) co_return refreshed.error();
    }
    if (!decision.pause) co_return Result<>{};
    Duration pause = full_jitter(random_, pauses_.base, pauses_.limit, state.failures);
    if (error.retry_after) pause = std::max<Duration>(pause, *error.retry_after);
    if (error.code == ErrorCode::rate_limited)
        gate_.slow_down(pause);
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
            const Timestamp now = time_.at(PortalTime::moment(clock_));
            const Timestamp asked{now.ticks - (clock_.now() - sent).count() / 100};
            co_return Fetched{.page = page, .take = state.take, .asked_at = asked};
        }
        const Error error = answer.error();
        auto recovered = co_await recover(error, state);
        if (!recovered) co_return recovered.error();
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
        auto recovered = co_await recover(error, state);
        if (!recovered) co_return recovered.error();
    }
}

}  // namespace carecloud
