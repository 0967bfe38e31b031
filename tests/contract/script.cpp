#include "contract/script.hpp"

#include "contract/backend.hpp"
#include "support/pages.hpp"
#include "support/run_task.hpp"

#include <utility>

namespace carecloud {
namespace {

template <class T>
Result<> outcome(Result<T> result) {
    if (result) return {};
    return result.error();
}

TestRecord record(const std::string& id, std::int64_t second, std::size_t size = 20, bool disabled = false) {
    return {.id = id,
            .modified = test_time_text(second),
            .body = R"({"v":")" + std::string(size, 'x') + std::to_string(second) + "\"}",
            .disabled = disabled};
}

Step commit(std::string name, std::function<Batch()> batch, bool repeatable = true) {
    return {.name = std::move(name),
            .run = [batch = std::move(batch)](
                       const Actors& on) { return outcome(run_task(on.io, on.store.commit(batch()))); },
            .repeatable = repeatable};
}

// A page whose last record becomes the cursor's position.
std::function<Batch()> page(std::vector<TestRecord> records, std::vector<TestInvalid> invalid = {}) {
    return [=] {
        Batch batch{.stream = kStream, .page = make_page(records, invalid)};
        if (!records.empty()) batch.state = test_state(kStream, records.back().modified, records.back().id);
        return batch;
    };
}

Batch unreachable() {
    Batch batch{.stream = kStream};
    batch.unreachable.push_back(
        {.id = "huge", .modified_text = test_time_text(9), .reason = "too large", .body = {}});
    return batch;
}

Step receive(const std::string& message_id, const std::string& record_id, bool not_in_stream = false) {
    Event event{.message_id = message_id,
                .topic_arn = "arn:aws:sns:us-west-2:123456789012:carecloud",
                .event_type = "attendance",
                .stream = kStream,
                .record_id = record_id,
                .event_time = test_time_text(7),
                .body = R"({"Type":"Notification"})"};
    if (not_in_stream) event.stream.reset();
    if (not_in_stream) event.state = EventState::not_in_stream;
    return {.name = "receive " + message_id, .run = [event = std::move(event)](const Actors& on) {
                return outcome(run_task(on.io, on.inbox.receive(event)));
            }};
}

Step settle(const std::string& message_id, EventState state) {
    return {.name = "settle " + message_id, .run = [=](const Actors& on) {
                return run_task(on.io, on.inbox.settle({{message_id, state}}));
            }};
}

Step count(std::uint64_t sent, std::uint64_t reserved) {
    return {.name = "count requests", .run = [=](const Actors& on) {
                return run_task(on.io,
                                on.store.save_requests("2024-01", {.sent = sent, .reserved = reserved}));
            }};
}

Step first_pass() {
    return {.name = "first pass",
            .run = [](const Actors& on) { return run_task(on.io, on.store.note_first_pass(kStream)); }};
}

Step subscribe(SubscriptionState state) {
    return {.name = "subscription", .run = [state](const Actors& on) {
                return run_task(on.io, on.inbox.note_subscription({.topic_arn = "topic", .state = state}));
            }};
}

std::vector<Step> make_script() {
    return {
        commit("first page", page({record("a", 1), record("b", 1), record("c", 2, 40'000)})),
        commit("second page", page({record("d", 3), record("e", 4)})),
        receive("m1", "a"),
        count(0, 5),
        first_pass(),
        commit("an update, a disabled record, two invalid ones",
               page({record("a", 5), record("b", 6, 20, true)}, {{"s", "yesterday"}, {"t", "today"}})),
        receive("m2", "nobody"),
        {.name = "a reader comes", .kind = Step::Kind::reader_comes},
        settle("m1", EventState::settled),
        commit("a large page beside the reader", page({record("f", 7, 60'000), record("g", 8, 60'000)})),
        {.name = "the reader goes", .kind = Step::Kind::reader_goes},
        commit("one that no answer carries", unreachable, false),
        subscribe(SubscriptionState::pending),
        commit("one leaves quarantine", page({record("s", 9), record("g", 9, 50'000)})),
        {.name = "restart", .kind = Step::Kind::restart},
        commit("restored, and one again as it is held", page({record("b", 10), record("a", 5)})),
        receive("m3", "elsewhere", true),
        settle("m2", EventState::gone),
        count(3, 0),
        commit("a last large page", page({record("h", 11, 70'000), record("a", 12)})),
        subscribe(SubscriptionState::confirmed),
    };
}

std::vector<Content> make_contents() {
    boost::asio::io_context io;
    HandClock clock(io.get_executor());
    const auto tables = std::make_shared<MemoryStoreContent>();
    const auto events = std::make_shared<MemoryInboxContent>();
    MemoryStore store(tables, clock);
    MemoryInbox inbox(events, clock, tables);
    std::vector<Content> contents{{tables->tables, inbox_lines(*events)}};
    for (std::size_t i = 0; i < script().size(); ++i) {
        clock.set(time_of_step(i));
        if (const Step& step = script()[i]; step.run) step.run({io, store, inbox}).value();
        contents.push_back({tables->tables, inbox_lines(*events)});
    }
    return contents;
}

}  // namespace

const std::vector<Step>& script() {
    static const std::vector<Step> steps = make_script();
    return steps;
}

Timestamp time_of_step(std::size_t step) {
    return test_time(static_cast<std::int64_t>(100 + step));
}

const Content& content_after(std::size_t steps) {
    static const std::vector<Content> contents = make_contents();
    return contents.at(steps);
}

}  // namespace carecloud
