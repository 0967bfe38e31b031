// The events whose records no query showed: each is asked for alone.
#include "portal/query.hpp"
#include "sync/by_id.hpp"
#include "sync/fetcher.hpp"
#include "sync/ledger.hpp"
#include "sync/page_walk.hpp"
#include "sync/retry.hpp"
#include "sync/settle_round.hpp"
#include "sync/settle_rules.hpp"
#include "sync/settler.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// Requests for single records after one pass, retries included.
constexpr std::size_t kRetrievesMax = 20;

}  // namespace

// Those that were asked for least often come first: a few records that no answer carries must not use up the requests
// of every pass (simulate --seed 686 --hours 0.5 --always mixed).
Task<Result<>> Settler::ask_one_by_one(Round& round) {
    std::vector<Waiting*> wanted;
    for (Waiting& waiting : round.events) {
        if (waiting.decided || !waiting.slow || round.shown.contains(waiting.event.record_id)) continue;
        // What the filter seems to leave out needs no question before the second look.
        const auto& omitted_at = waiting.look.omitted_at;
        if (omitted_at && round.queried && round.shown_at < *omitted_at + settings_.overlap) continue;
        wanted.push_back(&waiting);
    }
    std::stable_sort(wanted.begin(), wanted.end(), [](const Waiting* a, const Waiting* b) {
        return a->look.retrievals < b->look.retrievals;
    });
    const std::size_t most = round.fetcher.requests() + kRetrievesMax;
    for (Waiting* const waiting : wanted) {
        if (round.fetcher.requests() >= most) break;
        ++waiting->look.retrievals;
        auto retrieved = co_await retrieve(round, *waiting);
        if (retrieved) continue;
        const ErrorCode code = retrieved.error().code;
        if (!is_of_the_question(code) && !is_size_suspect(code)) co_return retrieved.error();
        round.report.error = retrieved.error();
    }
    co_return Result<>{};
}

// The record, whatever the filter says. Where a filter may leave it out, its key does where it is too large for an
// answer: without one, the key was asked for before.
Task<Result<PagePtr>> Settler::find(Round& round, const std::string& id) {
    auto answer = co_await round.fetcher.retrieve(settings_.spec, id);
    const auto dialect = dialect_of(round);
    const bool is_key_enough = dialect && settings_.spec.filter != "{}";
    if (answer || !is_key_enough || !is_size_suspect(answer.error().code)) co_return answer;
    StreamSpec whole = settings_.spec;
    whole.filter = "{}";
    Query query{
        .spec = &whole, .where = where::id_in(*dialect, {id}), .projection = Projection::keys, .take = 1};
    auto key = co_await round.fetcher.ask(std::move(query));
    // Nothing may be an empty listing by mistake: the retrieval has the word.
    if (key && (*key)->record_count() == 0) co_return answer;
    co_return key;
}

// Whether the stream has the record, by a query with its filter. One that has not shown a record yet cannot be asked by
// id: there, whether it has any.
Task<Result<bool>> Settler::is_shown(Round& round, const std::string& id) {
    Query query{.spec = &settings_.spec, .projection = Projection::keys, .take = 1};
    if (const auto dialect = dialect_of(round)) query.where = where::id_in(*dialect, {id});
    auto answer = co_await round.fetcher.ask(std::move(query));
    if (!answer) co_return answer.error();
    co_return (*answer)->record_count() > 0;
}

Task<Result<>> Settler::retrieve(Round& round, Waiting& waiting) {
    auto answer = co_await find(round, waiting.event.record_id);
    if (!answer) co_return answer.error();
    PagePtr page = *answer;
    const Timestamp now = memory_.certain(context_.portal_now(), context_.time, context_.clock.now());
    const bool is_late = is_past_overlap(waiting.event, now, settings_.overlap);
    if (page->record_count() == 0) {
        // Until then it may only not be visible yet (hazard 3).
        if (is_late) round.decide(waiting, EventState::gone);
        co_return Result<>{};
    }
    if (settings_.spec.filter != "{}") co_return co_await judge_omitted(round, waiting, *page);
    const bool in_quarantine = !page->strange.empty();
    bool is_taken = true;
    if (settings_.spec.fields.empty()) {
        auto stored = co_await store(round, std::move(page));
        if (!stored) co_return stored.error();
    } else {
        // With a projection, a whole record would be another version of what the stream holds: a query has to show it
        // (simulate --seed 530 --hours 0.5 --always mixed).
        auto found = co_await find_in_other_form(round, *page);
        if (!found) co_return found.error();
        is_taken = *found;
    }
    bool is_sure = in_quarantine;
    if (!in_quarantine && is_late && is_taken) {
        auto doubted = co_await is_doubted(round, waiting.event.record_id);
        if (!doubted) co_return doubted.error();
        is_sure = !*doubted;
    }
    if (is_sure) round.decide(waiting, EventState::settled);
    co_return Result<>{};
}

// Whether what the store holds of the record waits to be asked for again (hazard 30).
Task<Result<bool>> Settler::is_doubted(const Round& round, std::string id) {
    std::vector<std::string> one{std::move(id)};
    auto held = co_await context_.store.held(round.state.stream, std::move(one));
    if (!held) co_return held.error();
    co_return held->front() && held->front()->doubted;
}

// The queries just before, with the filter, did not show a record that the portal has (hazard 29). It is asked for once
// more now: it may have become visible between the two, or the listing was empty by mistake (hazard 21). Outside is
// what an overlap later is left out still; what is held just as the portal has it is a hole (hazard 38).
Task<Result<>> Settler::judge_omitted(Round& round, Waiting& waiting, const Page& page) {
    if (!round.queried && dialect_of(round)) co_return Result<>{};
    const std::string& id = waiting.event.record_id;
    auto shown = co_await is_shown(round, id);
    if (!shown) co_return shown.error();
    std::optional<Timestamp>& omitted_at = waiting.look.omitted_at;
    if (*shown) {
        omitted_at.reset();
        co_return Result<>{};
    }
    const Timestamp now = context_.portal_now();
    if (!omitted_at) omitted_at = now;
    if (now < *omitted_at + settings_.overlap) co_return Result<>{};
    auto found = co_await find_in_other_form(round, page);
    if (!found) co_return found.error();
    std::vector<std::string> one{id};
    auto held = co_await context_.store.held(round.state.stream, std::move(one));
    if (!held) co_return held.error();
    const std::optional<HeldRecord>& record = held->front();
    if (*found) {
        const Timestamp certain = memory_.certain(now, context_.time, context_.clock.now());
        const bool is_late = is_past_overlap(waiting.event, certain, settings_.overlap);
        if (is_late && record && !record->doubted) round.decide(waiting, EventState::settled);
        co_return Result<>{};
    }
    const bool is_same = record && !record->deleted && !page.records.empty() &&
                         page.records.front().modified == record->modified;
    const bool filter_changed = round.state.reconciled_fingerprint != round.state.fingerprint;
    round.decide(waiting, is_same && !filter_changed ? EventState::settled : EventState::outside);
    co_return Result<>{};
}

// Whether the stream has the record under an `_id` of another type than the dialect's (hazard 33); it is stored then.
Task<Result<bool>> Settler::find_in_other_form(Round& round, const Page& page) {
    const auto dialect = dialect_of(round);
    std::vector<Key> keys = keys_of(page);
    if (!dialect || keys.empty()) co_return false;
    Ledger ledger(context_, settings_.overlap, true);
    ledger.open(round.state);
    ById by_id(round.fetcher, memory_.whole, ledger, settings_.spec, *dialect);
    auto done = co_await by_id.fetch_in_other_form(std::move(keys));
    round.report.summary += ledger.summary();
    if (!done) co_return done.error();
    const bool all_shown = by_id.not_shown().empty();
    co_return all_shown;
}

Task<Result<>> Settler::store(Round& round, PagePtr page) {
    if (page->record_count() == 0) co_return Result<>{};
    Ledger ledger(context_, settings_.overlap, true);
    ledger.open(round.state);
    std::optional<Key> missed;
    if (!page->records.empty()) missed = keys_of(*page).front();
    Batch batch{.stream = round.state.stream, .page = std::move(page)};
    auto committed = co_await ledger.commit(std::move(batch));
    round.report.summary += ledger.summary();
    if (!committed) co_return committed.error();
    if (ledger.summary().changes() > 0) memory_.missed = std::move(missed);
    co_return Result<>{};
}

}  // namespace carecloud
