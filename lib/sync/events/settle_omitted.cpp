// Events whose records the portal has and the stream does not return: they are outside of its filter, or its listings
// have a hole (DESIGN.md, hazards 29 and 38). A topic may announce many records of other streams, so they are requested
// together.
#include "base/co_try.hpp"
#include "base/ensure.hpp"
#include "sync/events/event_resolver.hpp"
#include "sync/events/settle_round.hpp"
#include "sync/events/settle_rules.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/by_id.hpp"
#include "sync/walk/committer.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// Records that were requested because the quick polls did not settle their events, and that the stream's queries did
// not return. Records that the filter seems to omit need no query before the second check.
std::vector<EventResolver::Waiting*> EventResolver::left_out(Round& round) const {
    std::vector<Waiting*> found;
    for (Waiting& waiting : round.events) {
        const bool is_shown = waiting.omitted || round.shown.contains(waiting.event.record_id);
        if (waiting.decided || !waiting.slow || is_shown) continue;
        const auto& omitted_at = waiting.look.omitted_at;
        if (omitted_at && round.queried && round.shown_at < *omitted_at + settings_.overlap) continue;
        found.push_back(&waiting);
    }
    return found;
}

// Queries them without the filter, and once more with it: they may have become visible between the two, or the listing
// was erroneously empty (hazard 21). Records in neither are retrieved one by one.
Task<Result<>> EventResolver::ask_omitted(Round& round) {
    if (!settings_.spec.is_filtered() || !dialect_of(round) || !round.queried) co_return Result<>{};
    const std::vector<Waiting*> wanted = left_out(round);
    std::set<std::string> ids;
    for (const Waiting* waiting : wanted)
        ids.insert(waiting->event.record_id);
    const StreamSpec whole = settings_.spec.unfiltered();
    auto there = co_await list(round, whole, ids);
    if (!there && is_of_the_question(there.error().code)) co_return Result<>{};
    if (!there) co_return there.error();
    std::erase_if(ids, [&](const std::string& id) { return !there->contains(id); });
    CO_TRY_ASSIGN(auto shown, list(round, settings_.spec, ids));
    std::vector<Waiting*> omitted;
    for (Waiting* const waiting : wanted) {
        const std::string& id = waiting->event.record_id;
        waiting->omitted = there->contains(id);
        if (shown.contains(id))
            waiting->look.omitted_at.reset();
        else if (waiting->omitted)
            omitted.push_back(waiting);
    }
    auto judging = judge(round, std::move(omitted), std::move(*there));
    co_return co_await std::move(judging);
}

// A record that is still omitted an overlap later is not in the stream; one held exactly as the portal has it is a
// hole.
Task<Result<>> EventResolver::judge(Round& round, std::vector<Waiting*> omitted,
                                    std::map<std::string, Key> keys) {
    const Timestamp now = context_.portal_now();
    std::vector<std::string> ids;
    std::map<std::string, Key> asked;
    std::erase_if(omitted, [&](Waiting* waiting) {
        std::optional<Timestamp>& omitted_at = waiting->look.omitted_at;
        if (!omitted_at) omitted_at = now;
        return now < *omitted_at + settings_.overlap;
    });
    for (const Waiting* waiting : omitted) {
        ids.push_back(waiting->event.record_id);
        const auto key = keys.find(ids.back());
        if (key != keys.end()) asked.insert(*key);
    }
    if (ids.empty()) co_return Result<>{};
    std::vector<Key> known;
    known.reserve(asked.size());
    for (auto& [id, key] : asked)
        known.push_back(std::move(key));
    CO_TRY_ASSIGN(auto found, find_in_other_form(round, std::move(known)));
    CO_TRY_ASSIGN(auto held, context_.store.held(round.state.stream, std::move(ids)));
    ensure(held.size() == omitted.size(), "the store answers for each id");
    const Timestamp certain = memory_.certain(now, context_.time, context_.clock.now());
    for (std::size_t i = 0; i < omitted.size(); ++i) {
        Waiting& waiting = *omitted[i];
        const auto& record = held[i];
        if (found.contains(waiting.event.record_id)) {
            const bool is_late = is_past_overlap(waiting.event, certain, settings_.overlap);
            if (is_late && record && !record->doubted) round.decide(waiting, EventState::settled);
            continue;
        }
        const auto key = keys.find(waiting.event.record_id);
        const bool is_same =
            record && !record->deleted && key != keys.end() && key->second.modified == record->modified;
        const bool filter_changed = round.state.reconciled_fingerprint != round.state.fingerprint;
        round.decide(waiting, is_same && !filter_changed ? EventState::settled : EventState::not_in_stream);
    }
    co_return Result<>{};
}

// Which of these the stream has under an `_id` of another type than the dialect's (hazard 33); they are then stored.
Task<Result<std::set<std::string>>> EventResolver::find_in_other_form(Round& round, std::vector<Key> keys) {
    const auto dialect = dialect_of(round);
    std::set<std::string> found;
    if (!dialect || keys.empty()) co_return std::move(found);
    for (const Key& key : keys)
        found.insert(key.id);
    Committer committer(context_, settings_.overlap, true);
    committer.open(round.state);
    ById by_id(round.fetcher, memory_.whole, committer, settings_.spec, *dialect);
    auto done = co_await by_id.fetch_in_other_form(std::move(keys));
    round.report.summary += committer.summary();
    if (!done) co_return done.error();
    for (const std::string& id : by_id.not_found())
        found.erase(id);
    co_return std::move(found);
}

}  // namespace carecloud
