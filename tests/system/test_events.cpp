// Events, from a POST at the real endpoint to a settled record: all ways of arriving, and all results. Here only events
// lead to a record within minutes, unless a test polls.
#include "portal/records.hpp"
#include "system/event_site.hpp"

#include <algorithm>
#include <csignal>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr const char* kEntity = "claim_attendance";

std::vector<std::string> ids_of(PortalProcess& portal, std::size_t count) {
    std::vector<std::string> ids;
    for (const auto& [id, shown] : portal.listing(kEntity)) {
        if (ids.size() < count) ids.push_back(id);
    }
    return ids;
}

// The only event of that record, once it is there.
std::string event_of(EventSite& site, Process& daemon, const std::string& record_id) {
    std::string message_id;
    const auto there = [&] {
        for (const auto& [id, event] : read_events(site.agency.store_path())) {
            if (event.record_id == record_id) message_id = id;
        }
        return !message_id.empty();
    };
    REQUIRE(daemon.wait_until(there, kWithin));
    return message_id;
}

}  // namespace

TEST_CASE("a subscription is confirmed automatically, and an event brings its record long before the poll") {
    EventSite site;
    Process daemon = site.start();
    CHECK(daemon.says("no subscription of the topic yet", kWithin));
    site.subscribe(daemon);
    CHECK(read_subscriptions(site.agency.store_path()) ==
          std::map<std::string, std::string>{{kPublisherTopic, "confirmed"}});
    CHECK(daemon.says("topic subscription: confirmed", kWithin));
    REQUIRE(site.agency.follows(daemon, site.portal, kWithin) == "");

    for (const int version : {1, 2}) {
        INFO("signature version " << version);
        site.portal.control("POST", "/sns/settings", {{"signature_version", version}});
        const std::vector<std::string> messages = site.submit({{"count", 5}});
        for (const Delivery& end : site.ends(daemon, messages)) {
            CHECK(end.status == 200);
            CHECK(end.attempts == 1);
        }
        CHECK(site.become(daemon, messages, "settled") == "");
        CHECK(site.agency.broken_promise(site.portal) == "");
        for (const ReadEvent& event : events_of(site.agency, messages)) {
            CHECK(event.stream == kEntity);
            CHECK(event.event_type == "attendance");
            CHECK(json::parse(event.body).at("SignatureVersion") == std::to_string(version));
        }
    }
    // New records, and the other type of event.
    site.portal.control("POST", "/generate", {{"count", 20}, {"batch", 7}});
    CHECK(site.agency.follows(daemon, site.portal, kWithin) == "");
    const std::vector<std::string> parents = site.submit({{"count", 1}, {"event_type", "parent-attendance"}});
    CHECK(site.become(daemon, parents, "settled") == "");
    CHECK(site.counts().at("certificate_fetches") == 1);
    const Run run = site.agency.stop(daemon);
    CHECK(run.code == 0);
    // Text that secret_in() detects as a secret in any output of a daemon.
    const json body = json::parse(read_events(site.agency.store_path()).at(parents.front()).body);
    CHECK(secret_in("x " + body.at("Signature").get<std::string>()) != "");
    CHECK(secret_in("token=" + new_token()) != "");
}

TEST_CASE(
    "late, duplicate, reordered or lost messages: each acknowledged one is stored once, and all records "
    "arrive") {
    EventSite site({.poll_every = "2s"});
    Process daemon = site.start();
    site.subscribe(daemon);
    site.portal.control("POST", "/sns/settings", {{"late_ms", 300}});
    std::vector<std::string> delivered;
    for (const char* const fault : {"late", "twice", "out-of-order", "subject", "null-subject"}) {
        const std::vector<std::string> ids = site.submit({{"count", 4}, {"fault", fault}});
        delivered.insert(delivered.end(), ids.begin(), ids.end());
    }
    for (const Delivery& end : site.ends(daemon, delivered))
        CHECK(end.status == 200);
    CHECK(site.become(daemon, delivered, "settled") == "");
    // Only a poll finds these.
    const std::vector<std::string> lost = site.submit({{"count", 4}, {"fault", "lost"}});
    CHECK(site.agency.follows(daemon, site.portal, kWithin) == "");

    const ReadEvents events = read_events(site.agency.store_path());
    CHECK(events.size() == delivered.size());
    for (const std::string& id : lost)
        CHECK_FALSE(events.contains(id));
    const auto twice = [&] {
        const Deliveries ended = site.portal.deliveries();
        return std::count_if(ended.begin(), ended.end(), [](const auto& one) {
                   return one.second.status == 200;
               }) == static_cast<std::ptrdiff_t>(delivered.size() + 4 + 1);  // with the confirmation
    };
    CHECK(daemon.wait_until(twice, kWithin));
    CHECK(daemon.says("outcome=duplicate", kWithin));
    CHECK(site.agency.stop(daemon).code == 0);
    CHECK(site.agency.broken_promise(site.portal) == "");
}

TEST_CASE("an event before its record is visible is checked again until it is") {
    EventSite site;
    Process daemon = site.start();
    site.subscribe(daemon);
    const std::string id = record_id(RecordOptions{.seed = 4711}, 1);
    site.portal.control("POST", "/put/claim_attendance?now=true&visible_after=2",
                        json::parse(make_record(4711, 1, RecordShape::light)));
    const std::string message = event_of(site, daemon, id);
    CHECK(daemon.says("events_open=1", kWithin));
    CHECK(site.become(daemon, {message}, "settled") == "");
    CHECK(site.agency.follows(daemon, site.portal, kWithin) == "");
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("an event of a record that the portal denies is settled as gone after the overlap") {
    EventSite site({.poll_every = "1s", .stream_more = "overlap: 2s"});
    Process daemon = site.start();
    site.subscribe(daemon);
    const std::string deleted = ids_of(site.portal, 1).front();
    REQUIRE(site.agency.follows(daemon, site.portal, kWithin) == "");
    site.portal.control("POST", "/delete", {{"ids", {deleted}}});
    std::vector<std::string> messages = site.publish({{"ids", {deleted, "ffffffffffffffffffffffff"}}});
    messages.push_back(site.publish({{"count", 1}, {"fault", "unknown-record"}}).front());
    CHECK(site.become(daemon, messages, "gone") == "");
    CHECK(site.still_serves(daemon) == "");
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("an event of a record that the stream's filter excludes is settled as not in the stream") {
    EventSite site({.poll_every = "1s", .stream_more = "filter: { status: void }, overlap: 5s"});
    Process daemon = site.start();
    site.subscribe(daemon);
    auto record = json::parse(make_record(4711, 1, RecordShape::light));
    record["status"] = "void";
    site.portal.put(record.dump());
    const std::string inside = event_of(site, daemon, record.at("_id"));
    CHECK(site.become(daemon, {inside}, "settled") == "");

    record["status"] = "pending";
    record["_id"] = "aaaaaaaaaaaaaaaaaaaaaaaa";
    site.portal.put(record.dump());
    const std::string left_out = event_of(site, daemon, record.at("_id"));
    CHECK(site.become(daemon, {left_out}, "not_in_stream") == "");
    CHECK(site.agency.stop(daemon).code == 0);
    CHECK_FALSE(read_store(site.agency.store_path()).records.contains({kEntity, record.at("_id")}));
}

TEST_CASE("events of other kinds, workspaces and entities are stored as not in the stream") {
    EventSite site;
    Process daemon = site.start();
    site.subscribe(daemon);
    std::vector<std::string> messages;
    for (const char* const fault : {"other-event", "other-workspace", "not-an-event"})
        messages.push_back(site.publish({{"count", 1}, {"fault", fault}}).front());
    const json family{{"id", "65f35b06e30c8a2e4578d118"},
                      {"datasource_code", "cc-family"},
                      {"workspace_id", "636eeb5d8029cf0df6932c16"},
                      {"bucket_id", "636eeb5d8029cf0df6932c16"},
                      {"event_time", "2024-03-13T19:08:57.1633050Z"}};
    messages.push_back(site.publish({{"events", {family}}}).front());
    messages.push_back(site.publish({{"message", ""}}).front());
    for (const Delivery& end : site.ends(daemon, messages))
        CHECK(end.status == 200);
    CHECK(site.become(daemon, messages, "not_in_stream") == "");
    const std::vector<ReadEvent> events = events_of(site.agency, messages);
    CHECK(events[0].event_type == "immunization");
    CHECK(events[1].stream.empty());
    CHECK(json::parse(events[2].body).at("Message") == "hello");
    CHECK(events[3].record_id == "65f35b06e30c8a2e4578d118");
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("open events survive an outage of the portal and a restart of the daemon") {
    EventSite site;
    Process first = site.start();
    site.subscribe(first);
    REQUIRE(site.agency.follows(first, site.portal, kWithin) == "");
    site.portal.fault("503", 1);
    const std::vector<std::string> messages = site.submit({{"count", 12}});
    for (const Delivery& end : site.ends(first, messages))
        CHECK(end.status == 200);
    CHECK(site.become(first, messages, "open") == "");
    CHECK(site.agency.stop(first).code == 0);
    for (const ReadEvent& event : events_of(site.agency, messages))
        CHECK(event.state == "open");

    site.portal.clear_faults();
    Process second = site.start();
    CHECK(second.says("open events; they are settled when their records arrive", kWithin));
    CHECK(second.err().find("events_open=12") != std::string::npos);
    CHECK(site.become(second, messages, "settled") == "");
    CHECK(site.agency.stop(second).code == 0);
    CHECK(site.agency.broken_promise(site.portal) == "");
}
