#include "receiver_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// As SNS sends them.
std::vector<HttpHeader> sns_headers() {
    return {{"x-amz-sns-message-type", "Notification"},
            {"x-amz-sns-message-id", "26858270-545e-5848-82a2-e05566af3dcf"},
            {"x-amz-sns-topic-arn", std::string(kTestTopic)},
            {"x-amz-sns-subscription-arn", std::string(kTestTopic) + ":b24e11a2-06bd-4e73-aa29-0ed2de3b41b5"},
            {"Content-Type", "text/plain; charset=UTF-8"}};
}

json numbered(int number) {
    json message = notification();
    std::string tail = std::to_string(number);
    tail.insert(0, 12 - tail.size(), '0');
    message["MessageId"] = "26858270-545e-5848-82a2-" + tail;
    return message;
}

StoreFaultHook failing(std::string name, ErrorCode code, bool took_effect = false) {
    return [name, code, took_effect](std::string_view operation) -> std::optional<StoreFault> {
        if (operation != name) return std::nullopt;
        return StoreFault{.error = {.code = code, .operation = "x", .subject = "x", .hint = {}},
                          .took_effect = took_effect};
    };
}

}  // namespace

TEST_CASE("A notification is durable, announced, and answered by 200") {
    ReceiverWorld world;
    const std::string body = test_signer().sign(notification());
    const ServerResponse response = world.post_text(body, sns_headers());
    CHECK(response.status == 200);
    CHECK(response.body.empty());
    REQUIRE(world.content->events.size() == 1);
    const Event& event = world.content->events.begin()->second.event;
    CHECK(event.message_id == "26858270-545e-5848-82a2-e05566af3dcf");
    CHECK(event.stream == "claim_attendance");
    CHECK(event.state == EventState::open);
    CHECK(event.body == body);
    REQUIRE(world.said.events.size() == 1);
    CHECK(world.said.events.front().outcome == EventOutcome::fresh);
    CHECK(world.said.events.front().stream == "claim_attendance");
    CHECK(world.said.events.front().event_type == "attendance");
    CHECK(world.woken.streams == std::vector<std::string>{"claim_attendance"});
    CHECK(world.said.refusals.empty());
}

TEST_CASE("A message seen before is 200, and has no effect") {
    ReceiverWorld world;
    CHECK(world.post(notification()).status == 200);
    const std::uint64_t writes = world.content->writes;
    CHECK(world.post(notification()).status == 200);
    world.restart();
    CHECK(world.post(notification()).status == 200);
    CHECK(world.content->writes == writes);
    REQUIRE(world.said.events.size() == 3);
    CHECK(world.said.events[1].outcome == EventOutcome::duplicate);
    CHECK(world.said.events[2].outcome == EventOutcome::duplicate);
    CHECK(world.woken.streams.size() == 1);
}

TEST_CASE("An event of no stream is stored, announced, and answered by 200") {
    ReceiverWorld world;
    json message = notification();
    message["Message"] =
        GENERATE("Hello!", R"({"id":"1","datasource_code":"cc-note","event_type":"Maria Lopez"})");
    CHECK(world.post(message).status == 200);
    REQUIRE(world.content->events.size() == 1);
    CHECK(world.content->events.begin()->second.event.state == EventState::not_in_stream);
    REQUIRE(world.said.events.size() == 1);
    CHECK(world.said.events.front().outcome == EventOutcome::not_in_stream);
    CHECK(world.said.events.front().event_type == "other");
    CHECK_FALSE(world.said.events.front().stream.has_value());
    CHECK(world.woken.streams.empty());
}

TEST_CASE("An old message is accepted: duplicates are detected by id, not by age") {
    ReceiverWorld world;
    json message = notification();
    message["Timestamp"] = "2019-01-01T00:00:00.000Z";
    CHECK(world.post(message).status == 200);
    CHECK(world.content->events.size() == 1);
}

TEST_CASE("Signature version 2 and the raw flag 'false' are accepted") {
    ReceiverWorld world;
    json message = notification();
    message["SignatureVersion"] = "2";
    CHECK(world.post(message, {{"x-amz-sns-rawdelivery", "false"}}).status == 200);
}

TEST_CASE("A store that fails is 503, and the message is accepted when it is sent again") {
    const ErrorCode code = GENERATE(ErrorCode::store_full, ErrorCode::store_busy, ErrorCode::store_failed);
    ReceiverWorld world;
    world.inbox.set_fault_hook(failing("receive", code));
    CHECK(world.post(notification()).status == 503);
    CHECK(world.nothing_kept());
    CHECK(world.said.events.empty());
    REQUIRE(world.said.refusals.size() == 1);
    CHECK(world.said.refusals.front().reason == RefusalReason::store);
    world.inbox.set_fault_hook({});
    CHECK(world.post(notification()).status == 200);
    CHECK(world.said.events.front().outcome == EventOutcome::fresh);
}

TEST_CASE("A commit whose result was lost is found when the message is sent again") {
    ReceiverWorld world;
    world.inbox.set_fault_hook(failing("receive", ErrorCode::store_failed, true));
    CHECK(world.post(notification()).status == 503);
    world.inbox.set_fault_hook({});
    CHECK(world.post(notification()).status == 200);
    CHECK(world.content->events.size() == 1);
}

TEST_CASE("A closed store is reported as a shutdown") {
    ReceiverWorld world;
    world.inbox.set_fault_hook(failing("receive", ErrorCode::canceled));
    CHECK(world.post(notification()).status == 503);
    CHECK(world.said.refusals.front().reason == RefusalReason::canceled);
}

TEST_CASE("A burst of messages needs one certificate") {
    ReceiverWorld world;
    world.fetcher->answer(std::string(kTestCertificateUrl), test_signer().certificate_pem(), 1s);
    std::vector<std::shared_ptr<PostedRequest>> posted;
    for (int i = 0; i < 200; ++i)
        posted.push_back(
            world.start({.method = "POST", .target = "/sns", .body = test_signer().sign(numbered(i))}));
    world.clock.run_for(2s);
    for (const auto& one : posted)
        REQUIRE(one->response.value().status == 200);
    CHECK(world.fetcher->asked().size() == 1);
    CHECK(world.content->events.size() == 200);
}

TEST_CASE("Concurrent messages are limited") {
    ReceiverSettings settings = receiver_settings();
    settings.messages_max = 2;
    ReceiverWorld world(settings);
    world.fetcher->answer(std::string(kTestCertificateUrl), test_signer().certificate_pem(), 1s);
    const auto start = [&](int i) {
        return world.start({.method = "POST", .target = "/sns", .body = test_signer().sign(numbered(i))});
    };
    const auto first = start(1);
    const auto second = start(2);
    CHECK(world.post(numbered(3)).status == 503);
    CHECK(world.said.refusals.front().reason == RefusalReason::overloaded);
    world.clock.run_for(2s);
    CHECK(first->response.value().status == 200);
    CHECK(second->response.value().status == 200);
    CHECK(world.post(numbered(3)).status == 200);
}

TEST_CASE("A host that never responds does not delay a message with a known certificate") {
    const std::string other =
        "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-ffffffffffffffffffffffffffffffff.pem";
    ReceiverWorld world;
    CHECK(world.post(numbered(1)).status == 200);
    world.fetcher->answer(other, test_signer().certificate_pem(), 24h);
    json message = numbered(2);
    message["SigningCertURL"] = other;
    const auto stuck = world.start({.method = "POST", .target = "/sns", .body = test_signer().sign(message)});
    CHECK(world.post(numbered(3)).status == 200);
    CHECK_FALSE(stuck->response.has_value());
}

TEST_CASE("A canceled request ends, and nothing of it is stored") {
    ReceiverWorld world;
    world.fetcher->answer(std::string(kTestCertificateUrl), test_signer().certificate_pem(), 1h);
    const auto posted =
        world.start({.method = "POST", .target = "/sns", .body = test_signer().sign(notification())});
    world.clock.run_for(1s);
    posted->cancel.emit(boost::asio::cancellation_type::terminal);
    world.clock.run_for(1s);
    REQUIRE(posted->response.has_value());
    CHECK(posted->response->status == 503);
    CHECK(world.said.refusals.front().reason == RefusalReason::canceled);
    CHECK(world.nothing_kept());
}

TEST_CASE("A destroyed receiver answers requests that wait for a certificate") {
    ReceiverWorld world;
    world.fetcher->answer(std::string(kTestCertificateUrl), test_signer().certificate_pem(), 1h);
    const auto posted =
        world.start({.method = "POST", .target = "/sns", .body = test_signer().sign(notification())});
    world.clock.run_for(1s);
    CHECK(world.fetcher->under_way() == 1);
    posted->cancel.emit(boost::asio::cancellation_type::terminal);
    world.clock.run_for(1s);
    world.receiver.reset();
    world.clock.run_for(1s);
    CHECK(world.fetcher->under_way() == 0);
}
