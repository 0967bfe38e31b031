#include "sync/settler.hpp"

#include "portal/query.hpp"
#include "sync/fetcher.hpp"
#include "sync/retry.hpp"
#include "sync/settle_rules.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carecloud {
namespace {

// So many are looked at after one pass; the others when these are settled.
constexpr std::size_t kEventsMax = 5000;
// Requests for single records after one pass.
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
        const auto before = looks_.find(event.message_id);
        const std::size_t count = before == looks_.end() ? 1 : before->second + 1;
        looks[event.message_id] = count;
        if (is_to_be_asked(count, polled)) to_ask.push_back(event);
    }
    looks_ = std::move(looks);
    return to_ask;
}

// By one query for all of them first, which also tells what the stream's filter leaves out; one by one what it does not
// show, or not in the version that was announced.
Task<Result<>> Settler::ask(Round& round, std::vector<OpenEvent> events) {
    auto queried = co_await query(round, events);
    if (!queried && !is_of_the_question(queried.error().code)) co_return queried.error();
    auto held = co_await settle_held(round);
    if (!held) co_return held.error();
    std::size_t retrieves = 0;
    for (const OpenEvent& event : events) {
        const bool is_open = std::any_of(round.open.begin(), round.open.end(), [&](const OpenEvent& open) {
            return open.message_id == event.message_id;
        });
        if (!is_open) continue;
        if (++retrieves > kRetrievesMax) break;
        auto retrieved = co_await retrieve(round, event);
        if (retrieved) continue;
        if (!is_of_the_question(retrieved.error().code)) co_return retrieved.error();
        round.report.error = retrieved.error();
    }
    co_return co_await settle_held(round);
}

Task<Result<>> Settler::query(Round& round, const std::vector<OpenEvent>& events) {
    const auto dialect = settings_.dialect ? settings_.dialect : Dialect::from_json(round.state.dialect);
    // A stream that has not seen one record yet cannot be asked by id.
    if (!dialect) co_return Result<>{};
    std::vector<std::string> ids = record_ids(events);
    while (!ids.empty()) {
        const std::size_t asked = std::min(ids.size(), memory_.whole.take());
        const std::vector<std::string> some(ids.end() - static_cast<std::ptrdiff_t>(asked), ids.end());
        Query query{.spec = &settings_.spec, .where = where::id_in(*dialect, some)};
        auto fetched = co_await round.fetcher.fetch(std::move(query), memory_.whole);
        if (!fetched) co_return fetched.error();
        ids.resize(ids.size() - asked);
        auto stored = co_await store(round, fetched->page);
        if (!stored) co_return stored.error();
    }
    co_return Result<>{};
}

Task<Result<>> Settler::retrieve(Round& round, const OpenEvent& event) {
    auto answer = co_await round.fetcher.retrieve(settings_.spec, event.record_id);
    if (!answer) co_return answer.error();
    const PagePtr page = *answer;
    if (page->record_count() == 0) {
        round.decide(event.message_id, EventState::gone);
        co_return Result<>{};
    }
    if (settings_.spec.filter != "{}") {
        // The query just before, with the filter, did not show it (hazard 29).
        round.decide(event.message_id, EventState::outside);
        co_return Result<>{};
    }
    // With a projection, a whole record would be another version of what the stream holds.
    if (settings_.spec.fields.empty()) {
        auto stored = co_await store(round, page);
        if (!stored) co_return stored.error();
    }
    const bool in_quarantine = !page->strange.empty();
    if (in_quarantine || is_past_overlap(event, page->portal_time, settings_.overlap))
        round.decide(event.message_id, EventState::settled);
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
