// Faults by name: of the delivery, and of the message.
#include "portal/publisher_faults.hpp"
#include "publisher_world.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

using namespace carecloud;

namespace {

std::uint64_t test_seed() {
    const char* given = std::getenv("CARECLOUD_SEED");
    return given == nullptr ? 20240313 : std::strtoull(given, nullptr, 10);
}

std::size_t count_of(const std::vector<DeliveryResult>& results, DeliveryEnd end) {
    return static_cast<std::size_t>(
        std::count_if(results.begin(), results.end(), [&](const auto& result) { return result.end == end; }));
}

constexpr const char* kOnTheWay[] = {"late", "lost", "out-of-order", "twice"};

}  // namespace

TEST_CASE("twice: the same message, the same id, two responses") {
    PublisherWorld world;
    world.subscribe_confirmed(world.subscriber.url());
    const auto results = world.publish(1, {.fault = "twice"});
    REQUIRE(results.size() == 2);
    CHECK(results[0].message_id == results[1].message_id);
    REQUIRE(world.subscriber.requests.size() == 2);
    CHECK(world.subscriber.requests[0] == world.subscriber.requests[1]);
    CHECK(world.publisher->counts().published == 1);
    CHECK(world.publisher->counts().faults.at("twice") == 1);
}

TEST_CASE("out of order: after the next message, or late if there is none") {
    PublisherSettings settings = test_settings();
    settings.at_once = 1;
    settings.late = std::chrono::hours(1);
    PublisherWorld world(settings);
    world.subscribe_confirmed(world.subscriber.url());
    REQUIRE(world.publisher->faults().set_times("out-of-order", 1).has_value());
    const auto results = world.publish(3);
    REQUIRE(world.subscriber.requests.size() == 3);
    CHECK(world.subscriber.message(0).at("MessageId") == results[1].message_id);
    CHECK(world.subscriber.message(1).at("MessageId") == results[0].message_id);
    CHECK(world.subscriber.message(2).at("MessageId") == results[2].message_id);
    world.publisher->set_late(std::chrono::milliseconds(1));
    CHECK(world.publish(1, {.fault = "out-of-order"}).at(0).end == DeliveryEnd::delivered);
}

TEST_CASE("late: pending until its time, then delivered; others are not delayed") {
    PublisherSettings settings = test_settings();
    settings.late = std::chrono::hours(1);
    PublisherWorld world(settings);
    world.subscribe_confirmed(world.subscriber.url());
    REQUIRE(world.publisher->publish({test_event(7)}, {.fault = "late"}).has_value());
    CHECK(world.publish(2).size() == 2);
    CHECK(world.publisher->pending() == 1);
    CHECK(world.subscriber.requests.size() == 2);
    world.publisher->set_late(std::chrono::milliseconds(1));
    CHECK(world.publish(1, {.fault = "late"}).at(0).end == DeliveryEnd::delivered);
}

TEST_CASE("lost: a share, the same for a seed") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    const auto pattern = [&] {
        PublisherSettings settings = test_settings();
        settings.seed = seed;
        PublisherWorld world(settings);
        world.subscribe_confirmed(world.subscriber.url());
        REQUIRE(world.publisher->faults().set_text("lost:0.3").has_value());
        const auto results = world.publish(200);
        CHECK(world.publisher->counts().lost == count_of(results, DeliveryEnd::lost));
        CHECK(world.subscriber.requests.size() == count_of(results, DeliveryEnd::delivered));
        std::vector<bool> lost;
        for (const DeliveryResult& result : results)
            lost.push_back(result.end == DeliveryEnd::lost);
        return lost;
    };
    const auto first = pattern();
    const auto share = std::count(first.begin(), first.end(), true);
    CHECK(share > 20);
    CHECK(share < 110);
    CHECK(pattern() == first);
}

TEST_CASE("every other fault corrupts the message, and states how it should be refused") {
    const auto identity = test_identity();
    const MessageSeal seal{identity, "https://127.0.0.1:40443", 1};
    const Timestamp now = *Timestamp::parse("2024-03-13T19:08:57.1633050Z");
    const std::set<std::string> signed_all_the_same{"bad-timestamp",   "control-subject", "header-topic",
                                                    "header-type",     "not-an-event",    "null-subject",
                                                    "other-event",     "other-topic",     "other-type",
                                                    "other-workspace", "subject",         "unknown-record"};
    const std::set<std::string> no_message{"bad-utf8", "cut-body", "deep-json", "not-an-object", "raw"};
    for (const FaultName& fault : publisher_fault_names()) {
        if (std::find(std::begin(kOnTheWay), std::end(kOnTheWay), fault.name) != std::end(kOnTheWay))
            continue;
        CAPTURE(fault.name);
        const std::string name(fault.name);
        const auto fields =
            notification_fields(kPublisherTopic, "0b71e34e-42c3-486a-9e32-b1928ec994b5", "{}", {}, now);
        const HttpPost good = OutgoingMessage(seal, fields, {}).post_for("arn:s", false);
        const HttpPost bad = OutgoingMessage(seal, fields, name).post_for("arn:s", false);
        CHECK((bad.body != good.body || bad.headers != good.headers));
        for (const auto& [header, value] : bad.headers)
            CHECK(is_header_value(value));
        const auto json = nlohmann::json::parse(bad.body, nullptr, false);
        if (name == "huge") CHECK(bad.body.size() > (2U << 20));
        if (no_message.contains(name)) {
            CHECK((!json.is_object() || !json.contains("Type")));
            continue;
        }
        REQUIRE(json.is_object());
        const bool certificate_or_url =
            name.starts_with("cert-") || name == "huge" ||
            json.value("SigningCertURL", "") !=
                nlohmann::json::parse(good.body).at("SigningCertURL").get<std::string>();
        if (signed_all_the_same.contains(name)) CHECK(signature_good(json, identity->certificate_pem()));
        if (!signed_all_the_same.contains(name) && !certificate_or_url)
            CHECK_FALSE((json.contains("MessageId") && name != "bad-version" &&
                         signature_good(json, identity->certificate_pem())));
    }
}

TEST_CASE("certificates named by faults are served accordingly, and counted separately") {
    PublisherWorld world;
    const auto at = [&](const std::string& fault) {
        return world.get(PublisherIdentity::certificate_path(fault));
    };
    CHECK(*world.get(test_identity()->certificate_path()).body == test_identity()->certificate_pem());
    CHECK(world.publisher->counts().certificate_fetches == 1);
    CHECK(at("cert-400").status == 400);
    CHECK(at("cert-404").status == 404);
    CHECK(at("cert-500").status == 500);
    CHECK(at("cert-empty").body->empty());
    CHECK(at("cert-xml").body->starts_with("<"));
    CHECK(certificate_in(*at("cert-garbage").body) == nullptr);
    CHECK(at("cert-silent").wire == ReplyWire::slow_head);
    CHECK(at("cert-two-blocks").body->size() > test_identity()->certificate_pem().size() + 100);
    CHECK(world.publisher->counts().certificate_fetches == 1);
    CHECK(world.publisher->counts().wrong_certificate_fetches == 8);
}

TEST_CASE("an unknown fault, too many messages and oversized ones are refused") {
    PublisherWorld world;
    CHECK(world.publisher->publish({test_event(0)}, {.fault = "nope"}).has_error());
    CHECK(world.publisher->subscribe(world.subscriber.url(), {.fault = "nope"}).has_error());
    CHECK(world.publisher->publish(std::vector<PublishedEvent>(10'001), {}).has_error());
    CHECK(world.publisher->publish_text(std::string((256 << 10) + 1, 'x'), {}).has_error());
    CHECK(world.publisher->faults().set("429", 1).has_error());
    CHECK(world.publisher->counts().published == 0);
}
