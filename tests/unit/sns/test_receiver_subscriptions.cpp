#include "receiver_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string kTopic(kTestTopic);
const std::string kSubscriptionArn = kTopic + ":b24e11a2-06bd-4e73-aa29-0ed2de3b41b5";
const std::string kConfirmUrl =
    "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn="
    "arn%3Aaws%3Asns%3Aus-west-2%3A123456789012%3Acarecloud&Token=2336412f37fb687f5d51e6e2425929f5";

std::string sns_answer() {
    return "<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>" + kSubscriptionArn +
           "</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>";
}

const Subscription& held(const ReceiverWorld& world) {
    return world.content->subscriptions.at(kTopic);
}

json at(json message, const char* timestamp) {
    message["Timestamp"] = timestamp;
    return message;
}

StoreFaultHook failing(std::string name) {
    return [name](std::string_view operation) -> std::optional<StoreFault> {
        if (operation != name) return std::nullopt;
        return StoreFault{
            .error = {.code = ErrorCode::store_full, .operation = "x", .subject = "x", .hint = {}}};
    };
}

}  // namespace

TEST_CASE("A subscription of a configured topic is confirmed automatically") {
    ReceiverWorld world;
    world.fetcher->answer(kConfirmUrl, sns_answer());
    CHECK(world.post(subscription_confirmation()).status == 200);
    CHECK(world.fetcher->asked() == std::vector<std::string>{std::string(kTestCertificateUrl), kConfirmUrl});
    CHECK(held(world).state == SubscriptionState::confirmed);
    CHECK(held(world).subscription_arn == kSubscriptionArn);
    REQUIRE(world.said.subscriptions.size() == 2);
    CHECK(world.said.subscriptions[0].state == SubscriptionState::pending);
    CHECK(world.said.subscriptions[1].state == SubscriptionState::confirmed);
    CHECK(world.said.hints == std::vector<std::string>{"", ""});
    CHECK(world.content->events.empty());
}

TEST_CASE("A response without the subscription's ARN confirms, too") {
    ReceiverWorld world;
    world.fetcher->answer(kConfirmUrl, std::string("ok"));
    CHECK(world.post(subscription_confirmation()).status == 200);
    CHECK(held(world).state == SubscriptionState::confirmed);
    CHECK(held(world).subscription_arn.empty());
}

TEST_CASE("A confirmation that fails is 503, and repeated when SNS retries") {
    const ErrorCode code = GENERATE(ErrorCode::refused, ErrorCode::server_failed, ErrorCode::timed_out);
    ReceiverWorld world;
    world.fetcher->answer(kConfirmUrl,
                          Error{.code = code, .operation = "confirm", .subject = "x", .hint = {}});
    CHECK(world.post(subscription_confirmation()).status == 503);
    CHECK(held(world).state == SubscriptionState::pending);
    CHECK(world.said.refusals.front().reason == RefusalReason::confirmation);
    CHECK(world.said.refusals.front().text.find("2336412f37fb687f5d51e6e2425929f5") == std::string::npos);
    world.fetcher->answer(kConfirmUrl, sns_answer());
    CHECK(world.post(subscription_confirmation()).status == 200);
    CHECK(held(world).state == SubscriptionState::confirmed);
}

TEST_CASE("A SubscribeURL of another region is refused without a request") {
    ReceiverWorld world;
    json message = subscription_confirmation();
    message["SubscribeURL"] = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=x";
    CHECK(world.post(message).status == 403);
    CHECK(world.said.refusals.front().reason == RefusalReason::other_host);
    CHECK(world.fetcher->asked().size() == 1);
    CHECK(world.nothing_kept());
}

TEST_CASE("With confirming disabled a subscription stays pending, and that is reported") {
    ReceiverSettings settings = receiver_settings();
    settings.confirm = false;
    ReceiverWorld world(settings);
    CHECK(world.post(subscription_confirmation()).status == 200);
    CHECK(world.fetcher->asked().size() == 1);
    CHECK(held(world).state == SubscriptionState::pending);
    REQUIRE(world.said.hints.size() == 1);
    CHECK(world.said.hints.front().find("sns.confirm") != std::string::npos);
    CHECK(world.said.hints.front().find("2336412f37fb687f5d51e6e2425929f5") == std::string::npos);
}

TEST_CASE("An unsigned confirmation causes no request") {
    ReceiverWorld world;
    json message = subscription_confirmation();
    message["Signature"] = test_signer().signature_over("something else", false);
    CHECK(world.post_text(message.dump()).status == 403);
    CHECK(world.fetcher->asked().size() == 1);
    CHECK(world.nothing_kept());
}

TEST_CASE("Confirmations use the configured host of certificates") {
    const std::string host = "https://localhost:8444";
    const std::string certificate = host + "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
    ReceiverSettings settings = receiver_settings();
    settings.certificate_hosts = {"localhost:8444"};
    ReceiverWorld world(settings);
    world.fetcher->answer(certificate, test_signer().certificate_pem());
    world.fetcher->answer_rest(sns_answer());
    json message = subscription_confirmation();
    message["SigningCertURL"] = certificate;
    CHECK(world.post(message).status == 403);
    message["SubscribeURL"] = host + "/?Action=ConfirmSubscription";
    CHECK(world.post(message).status == 200);
    REQUIRE(world.fetcher->asked().size() == 2);
    CHECK(world.fetcher->asked()[1].starts_with(host + "/?Action=ConfirmSubscription&TopicArn="));
}

TEST_CASE("Concurrent confirmations are limited") {
    ReceiverSettings settings = receiver_settings();
    settings.confirmations_max = 1;
    ReceiverWorld world(settings);
    world.fetcher->answer(kConfirmUrl, sns_answer(), 5s);
    const std::string body = test_signer().sign(subscription_confirmation());
    const auto first = world.start({.method = "POST", .target = "/sns", .body = body});
    world.clock.run_for(1s);
    CHECK(world.post_text(body).status == 503);
    CHECK(world.said.refusals.front().reason == RefusalReason::overloaded);
    world.clock.run_for(5s);
    CHECK(first->response.value().status == 200);
}

TEST_CASE("A store that fails to store a subscription is 503") {
    ReceiverWorld world;
    world.fetcher->answer(kConfirmUrl, sns_answer());
    const std::string operation = GENERATE("note_subscription", "subscriptions");
    world.inbox.set_fault_hook(failing(operation));
    CHECK(world.post(subscription_confirmation()).status == 503);
    CHECK(world.post(unsubscribe_confirmation()).status == 503);
    CHECK(world.fetcher->asked().size() == 1);
    world.inbox.set_fault_hook({});
    CHECK(world.post(subscription_confirmation()).status == 200);
}

TEST_CASE("The end of a subscription is reported, and none of its addresses is requested") {
    ReceiverWorld world;
    CHECK(world.post(unsubscribe_confirmation()).status == 200);
    CHECK(world.fetcher->asked() == std::vector<std::string>{std::string(kTestCertificateUrl)});
    CHECK(held(world).state == SubscriptionState::gone);
    REQUIRE(world.said.subscriptions.size() == 1);
    CHECK(world.said.subscriptions.front().state == SubscriptionState::gone);
    CHECK(world.said.hints.front().find("aws sns subscribe") != std::string::npos);
    CHECK(world.content->events.empty());
    CHECK(world.post(unsubscribe_confirmation()).status == 200);
    CHECK(world.said.subscriptions.size() == 1);
}

TEST_CASE("An end is reported whatever its SubscribeURL is") {
    ReceiverWorld world;
    json message = unsubscribe_confirmation();
    message["SubscribeURL"] = "https://evil.example/";
    CHECK(world.post(message).status == 200);
    CHECK(world.fetcher->asked().size() == 1);
    CHECK(held(world).state == SubscriptionState::gone);
}

TEST_CASE("A notification proves that its topic is subscribed, and that is stored once") {
    ReceiverWorld world;
    CHECK(world.post(notification()).status == 200);
    CHECK(held(world).state == SubscriptionState::confirmed);
    CHECK(world.said.subscriptions.size() == 1);
    const std::uint64_t writes = world.content->writes;
    world.restart();
    CHECK(world.post(notification()).status == 200);
    CHECK(world.content->writes == writes);
    CHECK(world.said.subscriptions.size() == 1);
}

TEST_CASE("A late notification does not undo the end of its subscription") {
    ReceiverWorld world;
    CHECK(world.post(at(unsubscribe_confirmation(), "2024-03-13T20:00:00.000Z")).status == 200);
    CHECK(world.post(at(notification(), "2024-03-13T19:59:59.000Z")).status == 200);
    CHECK(held(world).state == SubscriptionState::gone);
    world.restart();
    CHECK(world.post(at(notification(), "2024-03-13T19:59:59.000Z")).status == 200);
    CHECK(held(world).state == SubscriptionState::gone);
}

TEST_CASE("A later notification shows that the subscription is active again") {
    ReceiverWorld world;
    CHECK(world.post(at(unsubscribe_confirmation(), "2024-03-13T20:00:00.000Z")).status == 200);
    CHECK(world.post(at(notification(), "2024-03-13T20:00:01.000Z")).status == 200);
    CHECK(held(world).state == SubscriptionState::confirmed);
    CHECK(world.said.subscriptions.back().state == SubscriptionState::confirmed);
}

TEST_CASE("The subscription's ARN is kept when its state changes") {
    ReceiverWorld world;
    world.fetcher->answer(kConfirmUrl, sns_answer());
    CHECK(world.post(subscription_confirmation()).status == 200);
    world.restart();
    CHECK(world.post(unsubscribe_confirmation()).status == 200);
    CHECK(held(world).state == SubscriptionState::gone);
    CHECK(held(world).subscription_arn == kSubscriptionArn);
}

TEST_CASE("A failure to store the subscription does not affect the 200 of a durable event") {
    ReceiverWorld world;
    world.inbox.set_fault_hook(failing("note_subscription"));
    CHECK(world.post(notification()).status == 200);
    CHECK(world.content->events.size() == 1);
    CHECK(world.content->subscriptions.empty());
    REQUIRE(world.said.failures.size() == 1);
    CHECK(world.said.failures.front().code == ErrorCode::store_full);
    world.inbox.set_fault_hook({});
    CHECK(world.post(notification()).status == 200);
    CHECK(held(world).state == SubscriptionState::confirmed);
}
