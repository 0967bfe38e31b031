#include "sync/settler.hpp"

#include "portal/query.hpp"
#include "sync/by_id.hpp"
#include "sync/fetcher.hpp"
#include "sync/ledger.hpp"
#include "sync/retry.hpp"
#include "sync/settle_rules.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carecloud {
namespace {

// So many are looked at after one pass; the others when these are settled.
constexpr std::size_t kEventsMax = 5000;
// Requests for single records after one pass, retries included.
constexpr std::size_t kRetrievesMax = 20;

// Whether the error is about this one question and not about the portal as a whole.
bool is_of_the_question(ErrorCode code) {
    return code == ErrorCode::refused || code == ErrorCode::bad_response || code == ErrorCode::too_large ||
           code == ErrorCode::wrong_workspace || code == ErrorCode::invalid_argument;
}

std::vector<std::string> record_ids(const std::vector<OpenEvent>& events) {
    std::set<std::string> ids;
    for (const OpenEvent& event : events)
        ids.insert(event.record_id);
    return {ids.begin(), ids.end()};
}

}  // namespace

// One run: what is still open, and what is decided.
struct Settler::Round {
    Round(Settler& settler, const StreamState& stream_state)
        : state(stream_state),
          fetcher(settler.context_.clock, settler.context_.portal, settler.context_.gate,
                  settler.context_.random, settler.settings_.pauses) {}

    void decide(const std::string& message_id, EventState to) {
        settlements.push_back({message_id, to});
        std::erase_if(open, [&](const OpenEvent& event) { return event.message_id == message_id; });
        report.settled += to == EventState::settled;
        report.gone += to == EventState::gone;
        report.outside += to == EventState::outside;
    }

    const StreamState& state;
    Fetcher fetcher;
    SettleReport report;
    std::vector<OpenEvent> open;
    std::vector<Settlement> settlements;
    bool queried = false;              // for all records that are to be asked for
    std::map<std::string, Key> shown;  // what these queries showed, by id
    Timestamp shown_at;                // the portal's time then
};

Task<SettleReport> Settler::run(const StreamState& state, bool polled) {
    Round round(*this, state);
    auto done = co_await settle_open(round, polled);
    if (done) done = co_await write(round);
    if (!done) round.report.error = done.error();
    round.report.requests = round.fetcher.requests();
    round.report.open = round.open.size();
    for (const OpenEvent& event : round.open) {
        const auto pause = look_pause(looks_[event.message_id]);
        if (pause) round.report.look_again = std::min(*pause, round.report.look_again.value_or(*pause));
    }
    co_return std::move(round.report);
}

Task<Result<>> Settler::settle_open(Round& round, bool polled) {
    auto open = co_await inbox_.open_events(round.state.stream, kEventsMax);
    if (!open) co_return open.error();
    round.open = std::move(*open);
    auto held = co_await settle_held(round);
    if (!held) co_return held.error();
    std::vector<OpenEvent> to_ask = note_looks(round.open, polled);
    if (to_ask.empty()) co_return Result<>{};
    auto written = co_await write(round);
    if (!written) co_return written.error();
    co_return co_await ask(round, std::move(to_ask));
}

Task<Result<>> Settler::settle_held(Round& round) {
    if (round.open.empty()) co_return Result<>{};
    std::vector<std::string> ids;
    ids.reserve(round.open.size());
    for (const OpenEvent& event : round.open)
        ids.push_back(event.record_id);
    auto held = co_await context_.store.held(round.state.stream, std::move(ids));
    if (!held) co_return held.error();
    std::vector<OpenEvent> open;
    for (std::size_t i = 0; i < round.open.size(); ++i) {
        const auto& record = (*held)[i];
        if (record && settles(*record, round.open[i])) {
            round.settlements.push_back({round.open[i].message_id, EventState::settled});
            ++round.report.settled;
        } else {
            open.push_back(std::move(round.open[i]));
        }
    }
    round.open = std::move(open);
    co_return Result<>{};
}

// One look more at each that is open; those whose records are to be asked for by id.
std::vector<OpenEvent> Settler::note_looks(const std::vector<OpenEvent>& open, bool polled) {
    std::map<std::string, std::size_t> looks;
    std::vector<OpenEvent> to_ask;
    for (const OpenEvent& event : open) {
        std::size_t& now = looks[event.message_id] = looks_[event.message_id];
        if (is_to_be_asked(++now, polled)) to_ask.push_back(event);
    }
    looks_ = std::move(looks);
    return to_ask;
}

// By queries for all of them first, which also tell what the stream's filter leaves out; one by one what they do not
// show.
Task<Result<>> Settler::ask(Round& round, std::vector<OpenEvent> events) {
    auto fetched = co_await fetch_shown(round, events);
    if (!fetched && !is_of_the_question(fetched.error().code)) co_return fetched.error();
    auto settled = co_await settle_shown(round);
    if (!settled) co_return settled.error();
    const std::size_t most = round.fetcher.requests() + kRetrievesMax;
    for (const OpenEvent& event : events) {
        const bool is_open = std::any_of(round.open.begin(), round.open.end(), [&](const OpenEvent& open) {
            return open.message_id == event.message_id;
        });
        if (!is_open || round.shown.contains(event.record_id)) continue;
        if (round.fetcher.requests() >= most) break;
        auto retrieved = co_await retrieve(round, event);
        if (retrieved) continue;
        const ErrorCode code = retrieved.error().code;
        if (!is_of_the_question(code) && !is_size_suspect(code)) co_return retrieved.error();
        round.report.error = retrieved.error();
    }
    co_return co_await settle_held(round);
}

// None: a stream that has not seen one record yet cannot be asked by id.
std::optional<Dialect> Settler::dialect_of(const Round& round) const {
    return settings_.dialect ? settings_.dialect : Dialect::from_json(round.state.dialect);
}

// Keys alone, so that no record is too large for the answer; whole records only where the store has not that version.
Task<Result<>> Settler::fetch_shown(Round& round, const std::vector<OpenEvent>& events) {
    const auto dialect = dialect_of(round);
    if (!dialect) co_return Result<>{};
    std::vector<std::string> ids = record_ids(events);
    while (!ids.empty()) {
        // No more than the server gives at once: a record left out by its cap is not one left out by the filter.
        const std::size_t most = std::min(memory_.keys.take(), std::max<std::size_t>(dialect->cap, 1));
        const std::size_t asked = std::min(ids.size(), most);
        const std::vector<std::string> some(ids.end() - static_cast<std::ptrdiff_t>(asked), ids.end());
        Query query{
            .spec = &settings_.spec, .where = where::id_in(*dialect, some), .projection = Projection::keys};
        auto fetched = co_await round.fetcher.fetch(std::move(query), memory_.keys);
        if (!fetched) co_return fetched.error();
        if (fetched->take < asked) continue;  // the next ones are as small as that
        ids.resize(ids.size() - asked);
        round.shown_at = fetched->page->portal_time;
        for (const Record& record : fetched->page->records) {
            const std::string id(record.id);
            round.shown[id] = Key{id, std::string(record.modified_text), record.modified};
        }
    }
    round.queried = true;
    auto unknown = co_await unknown_of(round);
    if (!unknown) co_return unknown.error();
    Ledger ledger(context_.store);
    ledger.open(round.state);
    ById by_id(round.fetcher, memory_.whole, ledger, settings_.spec, *dialect);
    auto done = co_await by_id.fetch(std::move(*unknown), std::nullopt);
    round.report.summary += ledger.summary();
    co_return done;
}

// Those of the shown versions that the store neither holds nor has in quarantine.
Task<Result<std::vector<Key>>> Settler::unknown_of(const Round& round) {
    std::vector<Key> keys;
    keys.reserve(round.shown.size());
    for (const auto& [id, key] : round.shown)
        keys.push_back(key);
    auto indices = co_await context_.store.unknown(round.state.stream, keys);
    if (!indices) co_return indices.error();
    std::vector<Key> unknown;
    unknown.reserve(indices->size());
    for (const std::size_t index : *indices)
        unknown.push_back(std::move(keys[index]));
    co_return unknown;
}

// By what the portal showed of the records, where the store has it: also in quarantine, which settle_held() does not
// look into.
Task<Result<>> Settler::settle_shown(Round& round) {
    auto unknown = co_await unknown_of(round);
    if (!unknown) co_return unknown.error();
    std::map<std::string, Key> stored = round.shown;
    for (const Key& key : *unknown)
        stored.erase(key.id);
    for (const OpenEvent& event : std::vector<OpenEvent>(round.open)) {
        const auto found = stored.find(event.record_id);
        if (found == stored.end()) continue;
        const HeldRecord shown{.modified_text = found->second.modified_text,
                               .modified = found->second.modified};
        if (settles(shown, event) || is_past_overlap(event, round.shown_at, settings_.overlap))
            round.decide(event.message_id, EventState::settled);
    }
    co_return Result<>{};
}

// The record, whatever the filter says. Where a filter may leave it out, its key does where it is too large for an
// answer: without one, the key was asked for before.
Task<Result<PagePtr>> Settler::find(Round& round, const OpenEvent& event) {
    auto answer = co_await round.fetcher.retrieve(settings_.spec, event.record_id);
    const auto dialect = dialect_of(round);
    const bool is_key_enough = dialect && settings_.spec.filter != "{}";
    if (answer || !is_key_enough || !is_size_suspect(answer.error().code)) co_return answer;
    StreamSpec whole = settings_.spec;
    whole.filter = "{}";
    Query query{.spec = &whole,
                .where = where::id_in(*dialect, {event.record_id}),
                .projection = Projection::keys,
                .take = 1};
    auto key = co_await round.fetcher.ask(std::move(query));
    // Nothing may be an empty listing by mistake: the retrieval has the word.
    if (key && (*key)->record_count() == 0) co_return answer;
    co_return key;
}

// Whether the stream has the record, by a query with its filter. One that has not shown a record yet cannot be asked by
// id: there, whether it has any.
Task<Result<bool>> Settler::is_shown(Round& round, const OpenEvent& event) {
    Query query{.spec = &settings_.spec, .projection = Projection::keys, .take = 1};
    if (const auto dialect = dialect_of(round)) query.where = where::id_in(*dialect, {event.record_id});
    auto answer = co_await round.fetcher.ask(std::move(query));
    if (!answer) co_return answer.error();
    co_return (*answer)->record_count() > 0;
}

Task<Result<>> Settler::retrieve(Round& round, const OpenEvent& event) {
    auto answer = co_await find(round, event);
    if (!answer) co_return answer.error();
    PagePtr page = *answer;
    const bool is_late = is_past_overlap(event, page->portal_time, settings_.overlap);
    if (page->record_count() == 0) {
        // Until then it may only not be visible yet (hazard 3).
        if (is_late) round.decide(event.message_id, EventState::gone);
        co_return Result<>{};
    }
    if (settings_.spec.filter != "{}") {
        // The queries just before, with the filter, did not show it (hazard 29). Once more now: it may have become
        // visible between the two, or the listing was empty by mistake (hazard 21), which does not come again at once.
        if (!round.queried && dialect_of(round)) co_return Result<>{};
        auto shown = co_await is_shown(round, event);
        if (!shown) co_return shown.error();
        if (!*shown) round.decide(event.message_id, EventState::outside);
        co_return Result<>{};
    }
    const bool in_quarantine = !page->strange.empty();
    // With a projection, a whole record would be another version of what the stream holds.
    if (settings_.spec.fields.empty()) {
        auto stored = co_await store(round, std::move(page));
        if (!stored) co_return stored.error();
    }
    if (in_quarantine || is_late) round.decide(event.message_id, EventState::settled);
    co_return Result<>{};
}

Task<Result<>> Settler::store(Round& round, PagePtr page) {
    if (page->record_count() == 0) co_return Result<>{};
    Batch batch{.stream = round.state.stream, .page = std::move(page)};
    auto committed = co_await context_.store.commit(std::move(batch));
    if (!committed) co_return committed.error();
    round.report.summary += *committed;
    co_return Result<>{};
}

Task<Result<>> Settler::write(Round& round) {
    if (round.settlements.empty()) co_return Result<>{};
    co_return co_await inbox_.settle(std::exchange(round.settlements, {}));
}

}  // namespace carecloud
