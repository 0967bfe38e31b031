// Events whose records no query returned: each is requested individually.
#include "base/co_try.hpp"
#include "portal/query.hpp"
#include "sync/events/event_resolver.hpp"
#include "sync/events/settle_round.hpp"
#include "sync/events/settle_rules.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/by_id.hpp"
#include "sync/walk/committer.hpp"
#include "sync/walk/fetcher.hpp"
#include "sync/walk/paginator.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// Requests for single records after one pass, including retries.
constexpr std::size_t kRetrievesMax = 20;

}  // namespace

// The least frequently requested come first: a few records that no response contains must not use up the requests of
// every pass (simulate --seed 686 --hours 0.5 --always mixed).
Task<Result<>> EventResolver::ask_one_by_one(Round& round) {
    std::vector<Waiting*> wanted = left_out(round);
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

// The record, whatever the filter. If a filter may exclude it and it is too large for a response, its key is
// sufficient; without a filter the key was requested before.
Task<Result<PagePtr>> EventResolver::find(Round& round, const std::string& id) {
    auto answer = co_await round.fetcher.retrieve(settings_.spec, id);
    const auto dialect = dialect_of(round);
    const bool is_key_enough = dialect && settings_.spec.is_filtered();
    if (answer || !is_key_enough || !is_size_suspect(answer.error().code)) co_return answer;
    const StreamSpec whole = settings_.spec.unfiltered();
    Query query{
        .spec = &whole, .where = where::id_in(*dialect, {id}), .projection = Projection::keys, .take = 1};
    auto key = co_await round.fetcher.ask(std::move(query));
    // An empty result may be an erroneously empty listing: the retrieval decides.
    if (key && (*key)->record_count() == 0) co_return answer;
    co_return key;
}

// Whether the stream has the record, by a query with its filter. A stream that has not had a record yet cannot be
// queried by id: there, whether it has any.
Task<Result<bool>> EventResolver::is_shown(Round& round, const std::string& id) {
    Query query{.spec = &settings_.spec, .projection = Projection::keys, .take = 1};
    if (const auto dialect = dialect_of(round)) query.where = where::id_in(*dialect, {id});
    CO_TRY_ASSIGN(auto answer, round.fetcher.ask(std::move(query)));
    co_return answer->record_count() > 0;
}

Task<Result<>> EventResolver::retrieve(Round& round, Waiting& waiting) {
    CO_TRY_ASSIGN(PagePtr page, find(round, waiting.event.record_id));
    const Timestamp now = memory_.certain(context_.portal_now(), context_.time, context_.clock.now());
    const bool is_late = is_past_overlap(waiting.event, now, settings_.overlap);
    if (page->record_count() == 0) {
        // Until then it may just not be visible yet (hazard 3).
        if (is_late) round.decide(waiting, EventState::gone);
        co_return Result<>{};
    }
    if (settings_.spec.is_filtered()) co_return co_await judge_omitted(round, waiting, *page);
    const bool in_quarantine = !page->invalid.empty();
    bool is_taken = true;
    if (settings_.spec.fields.empty()) {
        CO_TRY(store(round, std::move(page)));
    } else {
        // With a projection, a whole record would be a different version of the one held: a query has to return it
        // (simulate --seed 530 --hours 0.5 --always mixed).
        std::vector<Key> keys = keys_of(*page);
        CO_TRY_ASSIGN(auto found, find_in_other_form(round, std::move(keys)));
        is_taken = !found.empty();
    }
    bool is_sure = in_quarantine;
    if (!in_quarantine && is_late && is_taken) {
        CO_TRY_ASSIGN(auto doubted, is_doubted(round, waiting.event.record_id));
        is_sure = !doubted;
    }
    if (is_sure) round.decide(waiting, EventState::settled);
    co_return Result<>{};
}

// Whether the version held in the store is waiting to be requested again (hazard 30).
Task<Result<bool>> EventResolver::is_doubted(const Round& round, std::string id) {
    std::vector<std::string> one{std::move(id)};
    CO_TRY_ASSIGN(auto held, context_.store.held(round.state.stream, std::move(one)));
    co_return held.front() && held.front()->doubted;
}

// The previous queries with the filter did not return a record that the portal has and that no query for several
// returns either.
Task<Result<>> EventResolver::judge_omitted(Round& round, Waiting& waiting, const Page& page) {
    if (!round.queried && dialect_of(round)) co_return Result<>{};
    CO_TRY_ASSIGN(auto shown, is_shown(round, waiting.event.record_id));
    if (shown) {
        waiting.look.omitted_at.reset();
        co_return Result<>{};
    }
    std::map<std::string, Key> keys;
    for (Key& key : keys_of(page))
        keys.emplace(key.id, key);
    std::vector<Waiting*> one{&waiting};
    auto judging = judge(round, std::move(one), std::move(keys));
    co_return co_await std::move(judging);
}

Task<Result<>> EventResolver::store(Round& round, PagePtr page) {
    if (page->record_count() == 0) co_return Result<>{};
    Committer committer(context_, settings_.overlap, true);
    committer.open(round.state);
    std::optional<Key> missed;
    if (!page->records.empty()) missed = keys_of(*page).front();
    Batch batch{.stream = round.state.stream, .page = std::move(page)};
    auto committed = co_await committer.commit(std::move(batch));
    round.report.summary += committer.summary();
    if (!committed) co_return committed.error();
    if (committer.summary().changes() > 0) memory_.missed = std::move(missed);
    co_return Result<>{};
}

}  // namespace carecloud
