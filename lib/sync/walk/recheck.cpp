#include "sync/walk/recheck.hpp"

#include "base/co_try.hpp"
#include "portal/query.hpp"
#include "sync/walk/by_id.hpp"
#include "sync/walk/committer.hpp"
#include "sync/walk/fetcher.hpp"
#include "sync/walk/paginator.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// Per pass; the others follow within a second.
constexpr std::size_t kDoubtsAtOnce = 2000;
constexpr std::size_t kLooksAtOnce = 20;
// Prevents a busy loop of requests to the portal.
constexpr Duration kPauseMin = std::chrono::seconds(2);
// The portal's time is known only in whole seconds.
constexpr Duration kGrain = std::chrono::seconds(1);

}  // namespace

bool is_due(Timestamp due, Timestamp now) {
    return due + kGrain <= now;
}

Task<Result<>> Recheck::run() {
    const std::string& stream = settings_.spec.entity;
    const auto dialect = known_dialect(settings_.dialect, state_.dialect);
    if (!dialect) co_return Result<>{};
    CO_TRY_ASSIGN(auto found, context_.store.rechecks(stream, kDoubtsAtOnce));
    if (found.doubted.empty() && found.omitted.empty()) co_return Result<>{};
    std::erase_if(found.doubted, [&](const Doubt& doubt) { return !is_due(doubt.ask_at, now_); });
    std::erase_if(found.omitted, [&](const Omission& omission) {
        return !is_due(omission.first_at + settings_.overlap, now_);
    });
    CO_TRY(ask_doubted(*dialect, found.doubted));
    CO_TRY(look_again(*dialect, found.omitted));
    co_return co_await plan();
}

// A returned version is taken by the rule of model/change.hpp, since it is due. A record that is not returned has left
// the stream's listings, and a reconciliation finds it.
Task<Result<>> Recheck::ask_doubted(const Dialect& dialect, const std::vector<Doubt>& doubts) {
    if (doubts.empty()) co_return Result<>{};
    std::vector<Key> keys;
    keys.reserve(doubts.size());
    for (const Doubt& doubt : doubts)
        keys.push_back(doubt.key);
    Committer committer(context_, settings_.overlap);
    committer.open(state_);
    ById by_id(fetcher_, memory_.whole, committer, settings_.spec, dialect);
    auto fetched = co_await by_id.fetch(std::move(keys), std::nullopt);
    report_.summary += committer.summary();
    if (!fetched) co_return fetched.error();
    // Records that were returned but could not be parsed are in quarantine now, and are judged again when they can be.
    std::vector<std::string> undoubted = by_id.not_found();
    report_.vanished += undoubted.size();
    undoubted.insert(undoubted.end(), by_id.invalid().begin(), by_id.invalid().end());
    if (undoubted.empty()) co_return Result<>{};
    Batch batch{.stream = settings_.spec.entity, .undoubted = std::move(undoubted)};
    co_return co_await commit(std::move(batch));
}

Task<Result<>> Recheck::look_again(const Dialect& dialect, const std::vector<Omission>& omissions) {
    const std::size_t most =
        std::min({memory_.keys.take(), std::max<std::size_t>(dialect.cap, 1), kLooksAtOnce});
    const auto id_at = [&omissions](std::size_t i) -> std::string_view { return omissions[i].id; };
    const std::size_t count = ids_that_fit(settings_.spec, dialect, std::min(most, omissions.size()), id_at);
    if (count == 0) co_return Result<>{};
    std::vector<Omission> some(omissions.begin(), omissions.begin() + static_cast<std::ptrdiff_t>(count));
    co_return co_await look_at(dialect, std::move(some));
}

// The second query by id with the stream's filter, and then one without it for each record that is omitted again.
Task<Result<>> Recheck::look_at(const Dialect& dialect, std::vector<Omission> some) {
    std::vector<std::string> ids;
    ids.reserve(some.size());
    for (const Omission& omission : some)
        ids.push_back(omission.id);
    Query query{.spec = &settings_.spec, .where = where::id_in(dialect, ids), .projection = Projection::keys};
    CO_TRY_ASSIGN(auto fetched, fetcher_.fetch(std::move(query), memory_.keys));
    if (fetched.take < ids.size()) co_return Result<>{};  // a smaller request: the next check requests as few
    std::vector<Key> keys = keys_of(*fetched.page);
    std::set<std::string> listed;
    for (const Key& key : keys)
        listed.insert(key.id);
    Committer committer(context_, settings_.overlap);
    committer.open(state_);
    Paginator pages(context_.store, settings_.spec, memory_, fetcher_, committer);
    auto taken = co_await pages.store_unknown(std::move(keys), dialect, std::nullopt);
    report_.summary += committer.summary();
    if (!taken) co_return taken.error();
    for (const Omission& omission : some) {
        Batch batch{.stream = settings_.spec.entity, .unomitted = {omission.id}};
        if (!listed.contains(omission.id)) {
            CO_TRY(judge(dialect, omission, fetched.asked_at, batch));
        }
        CO_TRY(commit(std::move(batch)));
    }
    co_return Result<>{};
}

Task<Result<>> Recheck::judge(const Dialect& dialect, const Omission& omission, Timestamp asked_at,
                              Batch& batch) {
    std::vector<std::string> one{omission.id};
    CO_TRY_ASSIGN(auto held, context_.store.held(settings_.spec.entity, std::move(one)));
    const std::optional<HeldRecord> record = held.front();
    if (!record || record->deleted) co_return Result<>{};
    CO_TRY_ASSIGN(auto seen, sight(fetcher_, settings_.spec, dialect, omission.id, *record));
    Omitted verdict = Omitted::left;
    if (seen.presence != Presence::denied)
        verdict = judge_omitted(omission, asked_at, settings_.overlap, seen.presence);
    const Asked asked = seen.page->asked;
    seen.page.reset();
    // The filter may have been different at the first check. Without one, everything is in the stream (simulate --seed
    // 746 --hours 0.5 --always mixed).
    const bool is_shown_by_id = seen.presence != Presence::denied;
    if (verdict == Omitted::left && is_shown_by_id && !settings_.spec.is_filtered()) verdict = Omitted::hole;
    if (verdict == Omitted::left && is_shown_by_id) {
        CO_TRY_ASSIGN(auto listed, is_listed_alone(fetcher_, settings_.spec, dialect, omission.id));
        if (listed) verdict = Omitted::hole;
    }
    if (verdict == Omitted::wait) batch.unomitted.clear();
    report_.holes += verdict == Omitted::hole;
    if (verdict != Omitted::left) co_return Result<>{};
    batch.gone.push_back({omission.id, record->modified_text, record->modified.value_or(Timestamp{})});
    batch.denied = asked;
    co_return Result<>{};
}

Task<Result<>> Recheck::commit(Batch batch) {
    CO_TRY_ASSIGN(auto committed, context_.commit(std::move(batch)));
    report_.summary += committed;
    co_return Result<>{};
}

// Determines when the next check is due.
Task<Result<>> Recheck::plan() {
    CO_TRY_ASSIGN(auto rest, context_.store.rechecks(settings_.spec.entity, 1));
    std::optional<Timestamp> next;
    if (!rest.doubted.empty()) next = rest.doubted.front().ask_at;
    if (!rest.omitted.empty()) {
        const Timestamp due = rest.omitted.front().first_at + settings_.overlap;
        next = next ? std::min(*next, due) : due;
    }
    if (!next) co_return Result<>{};
    report_.next = std::clamp(*next + kGrain - now_, kPauseMin, kDay);
    co_return Result<>{};
}

}  // namespace carecloud
