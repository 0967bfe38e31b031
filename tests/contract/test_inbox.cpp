// The promises of every Inbox (store/inbox.hpp), and what a Store reports about its records.
#include "contract/backend.hpp"
#include "support/pages.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Event event(const std::string& message_id, const std::string& record_id = "r") {
    return {.message_id = message_id,
            .topic_arn = "arn:aws:sns:us-west-2:123456789012:carecloud",
            .event_type = "attendance",
            .stream = "s",
            .record_id = record_id,
            .event_time = "2024-01-01T00:00:07.1234567Z",
            .body = R"({"Type":"Notification"})"};
}

Event not_in_stream(const std::string& message_id) {
    Event other = event(message_id);
    other.stream.reset();
    other.state = EventState::not_in_stream;
    return other;
}

}  // namespace

TEMPLATE_TEST_CASE("an event is stored once and stays open until it is settled", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    CHECK(backend.receive(event("m1")));
    backend.clock().set(test_time(1));
    CHECK(backend.receive(event("m2")));
    CHECK_FALSE(backend.receive(event("m1", "another")));
    CHECK(backend.open_events("s", 10) == std::vector<std::string>{"m1", "m2"});
    CHECK(backend.open_events("s", 1) == std::vector<std::string>{"m1"});
    CHECK(backend.open_events("t", 10).empty());
    CHECK(backend.count_open() == 2);

    backend.reopen();
    CHECK(backend.open_events("s", 10) == std::vector<std::string>{"m1", "m2"});
    backend.settle({{"m1", EventState::settled}, {"unheard of", EventState::gone}});
    CHECK(backend.open_events("s", 10) == std::vector<std::string>{"m2"});
    backend.settle({{"m1", EventState::open}});
    CHECK(backend.count_open() == 1);
    CHECK_FALSE(backend.receive(event("m1")));
    CHECK(backend.count_open() == 1);
}

TEMPLATE_TEST_CASE("an event of no stream is stored and never open", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    CHECK(backend.receive(not_in_stream("m1")));
    CHECK_FALSE(backend.receive(not_in_stream("m1")));
    CHECK(backend.count_open() == 0);
}

TEMPLATE_TEST_CASE("recent changes are distinguished from those announced by an event", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.clock().set(test_time(100));
    const std::string old = test_time_text(50);
    const std::string recent = test_time_text(101);
    backend.commit({.stream = "s", .page = make_page({{"old", old, "{}"}})});
    backend.clock().set(test_time(110));
    backend.commit({.stream = "s", .page = make_page({{"a", recent, "{}"}, {"b", recent, "{}"}})});
    backend.commit({.stream = "t", .page = make_page({{"c", recent, "{}"}})});
    CHECK(backend.receive(event("m1", "a")));
    backend.clock().set(test_time(120));
    backend.commit({.stream = "s", .page = make_page({{"late", recent, "{}"}})});

    const Announced found = backend.announced("s", test_time(99), test_time(115));
    CHECK(found.changes == 2);
    CHECK(found.announced == 1);
    CHECK(backend.announced("s", test_time(99), test_time(121)).changes == 3);
    CHECK(backend.announced("s", test_time(111), test_time(121)).announced == 0);

    // A record counts once, however often it changed, and one from the portal's future does not.
    backend.commit({.stream = "s", .page = make_page({{"a", test_time_text(102), R"({"v":2})"}})});
    backend.commit({.stream = "s", .page = make_page({{"ahead", test_time_text(500), "{}"}})});
    CHECK(backend.announced("s", test_time(99), test_time(121)).changes == 3);
    CHECK(backend.announced("s", test_time(99), test_time(121)).announced == 1);
}

TEMPLATE_TEST_CASE("the last state of a topic's subscription is kept", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    backend.note({.topic_arn = "t1", .state = SubscriptionState::pending});
    backend.note({.topic_arn = "t1", .state = SubscriptionState::confirmed, .subscription_arn = "t1:9"});
    backend.clock().set(test_time(5));
    backend.note({.topic_arn = "t1", .state = SubscriptionState::confirmed});
    backend.reopen();
    const std::vector<Subscription> all = backend.subscriptions();
    REQUIRE(all.size() == 1);
    CHECK(all[0].state == SubscriptionState::confirmed);
    CHECK(all[0].subscription_arn == "t1:9");
    CHECK(all[0].changed_at == test_time(0).to_string_ms());
}

TEMPLATE_TEST_CASE("a store reports what it holds of a record", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    backend.commit({.stream = "s", .page = make_page({{"a", test_time_text(3), "{}"}})});
    const auto held = backend.held("s", {"b", "a"});
    REQUIRE(held.size() == 2);
    CHECK_FALSE(held[0].has_value());
    REQUIRE(held[1].has_value());
    CHECK(held[1]->modified_text == test_time_text(3));
    CHECK(held[1]->modified == test_time(3));
    CHECK_FALSE(held[1]->deleted);
    CHECK_FALSE(backend.held("t", {"a"})[0].has_value());
}
