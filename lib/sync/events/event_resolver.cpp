#include "sync/events/event_resolver.hpp"

#include "base/co_try.hpp"
#include "base/ensure.hpp"
#include "portal/query.hpp"
#include "sync/events/settle_round.hpp"
#include "sync/events/settle_rules.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/by_id.hpp"
#include "sync/walk/committer.hpp"
#include "sync/walk/fetcher.hpp"
#include "sync/walk/paginator.hpp"
#include "sync/walk/recheck.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carecloud {
namespace {

// Events checked after one pass; the others follow when these are settled.
constexpr std::size_t kEventsMax = 20'000;

}  // namespace

Task<> EventResolver::begin() {
    open_ = co_await inbox_.open_events(settings_.spec.entity, kEventsMax);
    began_ = context_.clock.now();
}

Task<SettleReport> EventResolver::run(const PassReport& pass, bool polled) {
    if (!open_) {
        SettleReport failed;
        failed.error = open_.error();
        co_return failed;
    }
    const std::map<std::string, Look> during_load = std::exchange(looks_during_load_, {});
    std::erase_if(*open_, [&](const OpenEvent& event) {
        const auto look = during_load.find(event.message_id);
        return look != during_load.end() && look->second.settled;
    });
    Round round(*this, pass.state, *std::exchange(open_, std::vector<OpenEvent>()));
    for (Waiting& waiting : round.events)
        ignore_future_time(waiting.event, context_.portal_now());
    Result<> rechecked;
    if (pass.began_at) rechecked = co_await recheck(round, *pass.began_at + pass.took);
    if (!rechecked) round.report.error = rechecked.error();
    Result<> done = co_await settle_open(round, polled);
    if (done) done = co_await write(round);
    if (!done) round.report.error = done.error();
    round.report.requests = round.fetcher.requests();
    looks_.clear();
    for (const Waiting& waiting : round.events) {
        if (waiting.decided) continue;
        ++round.report.open;
        looks_[waiting.event.message_id] = waiting.look;
        if (!look_pause(waiting.look.passes)) continue;
        const Duration pause =
            std::max<Duration>(waiting.look.next - context_.clock.now(), std::chrono::milliseconds(1));
        round.report.look_again = std::min(pause, round.report.look_again.value_or(pause));
    }
    co_return std::move(round.report);
}

// During a load, events do not wait until the walk reaches the record: it is requested immediately, and after 1, 2, 4
// and 8 s.
void EventResolver::note_looks_during_load(Round& round) {
    for (Waiting& waiting : round.events) {
        Look& look = looks_during_load_[waiting.event.message_id];
        waiting.look = look;
        waiting.asked = !is_slow(look.passes) && look.next <= context_.clock.now();
        if (waiting.asked)
            look.next = context_.clock.now() + look_pause(++look.passes).value_or(Duration::zero());
        if (is_slow(look.passes)) continue;
        const Duration pause =
            std::max<Duration>(look.next - context_.clock.now(), std::chrono::milliseconds(1));
        round.report.look_again = std::min(pause, round.report.look_again.value_or(pause));
    }
}

Task<SettleReport> EventResolver::run_during_load(StreamState state) {
    auto open = co_await inbox_.open_events(settings_.spec.entity, kEventsMax);
    SettleReport failed;
    if (!open) {
        failed.error = open.error();
        co_return failed;
    }
    Round round(*this, state, std::move(*open));
    for (Waiting& waiting : round.events)
        ignore_future_time(waiting.event, context_.portal_now());
    note_looks_during_load(round);
    const std::optional<Key> missed = memory_.missed;
    auto fetched = co_await fetch_shown(round);
    memory_.missed = missed;  // the walk has not reached these records yet
    if (fetched) fetched = co_await settle_shown(round);
    if (fetched) fetched = co_await write(round);
    if (!fetched) round.report.error = fetched.error();
    round.report.requests = round.fetcher.requests();
    for (const Waiting& waiting : round.events)
        looks_during_load_[waiting.event.message_id].settled = fetched && waiting.decided;
    co_return std::move(round.report);
}

Task<Result<>> EventResolver::recheck(Round& round, Timestamp now) {
    Recheck work(context_, settings_, memory_, round.fetcher, round.state, now);
    auto done = co_await work.run();
    round.report.summary += work.report().summary;
    round.report.holes += work.report().holes;
    round.report.look_again = work.report().next;
    round.report.vanished += work.report().vanished;
    co_return done;
}

Task<Result<>> EventResolver::settle_open(Round& round, bool polled) {
    if (round.events.empty()) co_return Result<>{};
    note_looks(round, polled);
    CO_TRY(settle_held(round));
    CO_TRY(write(round));
    co_return co_await ask(round);
}

// Counts one more check of each.
void EventResolver::note_looks(Round& round, bool polled) {
    for (Waiting& waiting : round.events) {
        const auto found = looks_.find(waiting.event.message_id);
        if (found != looks_.end()) waiting.look = found->second;
        Look& look = waiting.look;
        // During a burst of events one pass follows another: the quick polls still take their seconds.
        if (context_.clock.now() < look.next) continue;
        waiting.slow = is_to_be_asked(++look.passes, polled);
        look.next = context_.clock.now() + look_pause(look.passes).value_or(Duration::zero());
    }
}

// Based on responses since the pass began. Versions held from earlier responses settle nothing, but show which records
// are worth a query.
Task<Result<>> EventResolver::settle_held(Round& round) {
    std::vector<Waiting*> open;
    std::vector<std::string> ids;
    for (Waiting& waiting : round.events) {
        if (waiting.decided) continue;
        open.push_back(&waiting);
        ids.push_back(waiting.event.record_id);
    }
    if (open.empty()) co_return Result<>{};
    CO_TRY_ASSIGN(auto held, context_.store.held(round.state.stream, std::move(ids)));
    ensure(held.size() == open.size(), "the store answers for each id");
    for (std::size_t i = 0; i < open.size(); ++i) {
        const auto& record = held[i];
        Waiting& waiting = *open[i];
        waiting.plausible = record && settles(*record, waiting.event, waiting.look.passes);
        if (record && record->doubted) waiting.slow = false;
        const bool is_new =
            record && record->asked.sent >= began_ && record->asked.received > record->asked.sent;
        if (waiting.plausible && is_new) round.decide(waiting, EventState::settled);
    }
    co_return Result<>{};
}

// First by queries for all of them, which also show what the stream's filter omits; records not returned are requested
// one by one.
Task<Result<>> EventResolver::ask(Round& round) {
    bool any = false;
    for (Waiting& waiting : round.events) {
        if (waiting.decided) continue;
        waiting.asked = waiting.slow || (waiting.plausible && !waiting.look.confirmed);
        waiting.look.confirmed = waiting.look.confirmed || waiting.asked;
        any = any || waiting.asked;
    }
    if (!any) co_return Result<>{};
    auto fetched = co_await fetch_shown(round);
    if (!fetched && !is_of_the_question(fetched.error().code)) co_return fetched.error();
    CO_TRY(settle_shown(round));
    CO_TRY(ask_omitted(round));
    CO_TRY(ask_one_by_one(round));
    co_return co_await settle_held(round);
}

// std::nullopt: a stream that has not had a record yet cannot be queried by id.
std::optional<Dialect> EventResolver::dialect_of(const Round& round) const {
    return known_dialect(settings_.dialect, round.state.dialect);
}

// Requests all of these records within the stream.
Task<Result<>> EventResolver::fetch_shown(Round& round) {
    const auto dialect = dialect_of(round);
    if (!dialect) co_return Result<>{};
    std::set<std::string> ids;
    for (const Waiting& waiting : round.events) {
        if (waiting.asked) ids.insert(waiting.event.record_id);
    }
    CO_TRY_ASSIGN(round.shown, list(round, settings_.spec, ids));
    round.shown_at = round.listed_at;
    round.queried = true;
    co_return co_await take_shown(round, *dialect);
}

// By queries for about 200 ids each. Only keys, so that no record is too large for the response.
Task<Result<std::map<std::string, Key>>> EventResolver::list(Round& round, const StreamSpec& spec,
                                                             const std::set<std::string>& wanted) {
    const Dialect dialect = *dialect_of(round);
    std::vector<std::string> ids(wanted.begin(), wanted.end());
    std::map<std::string, Key> listed;
    std::size_t given = dialect.cap;  // the number of records that the server returns at once
    while (!ids.empty()) {
        const auto id_at = [&ids](std::size_t i) -> std::string_view { return ids[ids.size() - 1 - i]; };
        const std::size_t most = std::min(ids.size(), memory_.keys.take());
        const std::size_t asked = ids_that_fit(spec, dialect, most, id_at);
        const auto first = ids.end() - static_cast<std::ptrdiff_t>(asked);
        const std::vector<std::string> some(first, ids.end());
        Query query{.spec = &spec, .where = where::id_in(dialect, some), .projection = Projection::keys};
        CO_TRY_ASSIGN(auto fetched, round.fetcher.fetch(std::move(query), memory_.keys));
        if (fetched.take < asked) continue;  // the next ones are limited to that, too
        round.listed_at = fetched.asked_at;
        const std::vector<Record>& records = fetched.page->records;
        for (const Record& record : records) {
            const std::string id(record.id);
            listed[id] = Key{id, std::string(record.modified_text), record.modified};
        }
        // A record omitted by the server's limit is not one omitted by the filter: if the response may have been
        // truncated, its rest is requested again.
        const bool may_be_cut = !records.empty() && records.size() < asked && given <= 2 * records.size();
        given = std::max(given, records.size());
        const auto is_done = [&](const std::string& id) { return !may_be_cut || listed.contains(id); };
        ids.erase(std::remove_if(first, ids.end(), is_done), ids.end());
    }
    co_return std::move(listed);
}

// Fetches whole records if the store does not have that version. Also, once, if an event is still open after the quick
// polls: the content may have changed without its `modified` (hazard 6).
Task<Result<>> EventResolver::take_shown(Round& round, const Dialect& dialect) {
    std::vector<Key> keys;
    keys.reserve(round.shown.size());
    for (const auto& [id, key] : round.shown)
        keys.push_back(key);
    CO_TRY_ASSIGN(auto unknown, context_.store.unknown(round.state.stream, keys));
    std::map<std::string, Key> wanted;
    for (const std::size_t index : unknown)
        wanted.emplace(keys[index].id, keys[index]);
    for (const Waiting& waiting : round.events) {
        const auto shown = round.shown.find(waiting.event.record_id);
        const bool is_first = waiting.slow && waiting.look.passes == kQuickLooks + 1;
        if (!waiting.decided && is_first && shown != round.shown.end()) wanted.insert(*shown);
    }
    std::vector<Key> to_fetch;
    to_fetch.reserve(wanted.size());
    for (auto& [id, key] : wanted)
        to_fetch.push_back(std::move(key));
    Committer committer(context_, settings_.overlap, true);
    committer.open(round.state);
    std::optional<Key> missed;
    if (!unknown.empty()) missed = keys[unknown.front()];
    ById by_id(round.fetcher, memory_.whole, committer, settings_.spec, dialect);
    auto done = co_await by_id.fetch(std::move(to_fetch), std::nullopt);
    round.report.summary += committer.summary();
    // The walk before should have found it: the dialect may no longer work (hazard 33).
    if (committer.summary().changes() > 0) memory_.missed = std::move(missed);
    co_return done;
}

// Based on the versions that the portal returned, if the store has them: also in quarantine.
Task<Result<>> EventResolver::settle_shown(Round& round) {
    std::vector<Waiting*> open;
    std::vector<std::string> ids;
    std::vector<Key> keys;
    for (Waiting& waiting : round.events) {
        const auto shown = round.shown.find(waiting.event.record_id);
        if (waiting.decided || !waiting.asked || shown == round.shown.end()) continue;
        open.push_back(&waiting);
        ids.push_back(shown->first);
        keys.push_back(shown->second);
    }
    if (open.empty()) co_return Result<>{};
    CO_TRY_ASSIGN(auto held, context_.store.held(round.state.stream, std::move(ids)));
    CO_TRY_ASSIGN(auto unknown, context_.store.unknown(round.state.stream, keys));
    const std::set<std::size_t> missing(unknown.begin(), unknown.end());
    for (std::size_t i = 0; i < open.size(); ++i) {
        Waiting& waiting = *open[i];
        const auto& record = held[i];
        waiting.look.omitted_at.reset();
        if (missing.contains(i) || (record && record->doubted)) continue;
        HeldRecord shown{
            .modified_text = keys[i].modified_text, .modified = keys[i].modified, .seq = ~std::uint64_t{0}};
        if (record && record->modified == shown.modified) shown.seq = record->seq;
        const Timestamp shown_at = memory_.certain(round.shown_at, context_.time, context_.clock.now());
        if (settles(shown, waiting.event, waiting.look.passes) ||
            is_past_overlap(waiting.event, shown_at, settings_.overlap))
            round.decide(waiting, EventState::settled);
    }
    co_return Result<>{};
}

Task<Result<>> EventResolver::write(Round& round) {
    if (round.settlements.empty()) co_return Result<>{};
    auto settlements = std::exchange(round.settlements, {});
    co_return co_await inbox_.settle(std::move(settlements));
}

}  // namespace carecloud
