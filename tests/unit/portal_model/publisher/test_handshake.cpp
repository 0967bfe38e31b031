// Subscribing and unsubscribing: who gets messages, which tokens are valid, and the responses in AWS's XML.
#include "publisher_world.hpp"

using namespace carecloud;

namespace {

std::string confirm_target(const std::string& topic, const std::string& token) {
    return "/?Action=ConfirmSubscription&TopicArn=" + topic + "&Token=" + token;
}

std::string path_and_query(const std::string& url) {
    return url.substr(url.find('/', url.find("://") + 3));
}

}  // namespace

TEST_CASE("a subscription is confirmed by its SubscribeURL, and gets nothing before that") {
    PublisherWorld world;
    const auto arn = world.publisher->subscribe(world.subscriber.url(), {});
    REQUIRE(arn.has_value());
    CHECK(world.publish(3).empty());
    world.run_until_idle();
    REQUIRE(world.subscriber.requests.size() == 1);
    const auto asked = world.subscriber.message(0);
    CHECK(asked.at("Type") == "SubscriptionConfirmation");
    CHECK(signature_good(asked, test_identity()->certificate_pem()));
    CHECK(world.subscriber.requests[0].starts_with("POST /sns HTTP/1.1\r\n"));
    CHECK(world.subscriber.has_header(0, "x-amz-sns-message-type: SubscriptionConfirmation"));
    CHECK(world.subscriber.requests[0].find("subscription-arn") == std::string::npos);

    const PortalReply reply = world.get(path_and_query(asked.at("SubscribeURL")));
    CHECK(reply.status == 200);
    CHECK(reply.content_type == "text/xml");
    CHECK(reply.body->find("<SubscriptionArn>" + *arn + "</SubscriptionArn>") != std::string::npos);
    CHECK(reply.body->starts_with("<ConfirmSubscriptionResponse xmlns=\"http://sns.amazonaws.com/doc/2010-"));
    CHECK(world.publish(2).size() == 2);
    CHECK(world.subscriber.has_header(1, "x-amz-sns-subscription-arn: " + *arn));
    // Repeated: the same result.
    CHECK(world.get(path_and_query(asked.at("SubscribeURL"))).status == 200);
    const PublisherCounts& counts = world.publisher->counts();
    CHECK(counts.confirmations == 2);
    CHECK(counts.published == 5);
    CHECK(counts.messages.at("Notification") == 5);
    CHECK(counts.messages.at("SubscriptionConfirmation") == 1);
}

TEST_CASE("a token that is wrong, of another topic or too old is refused in XML") {
    PublisherWorld world;
    REQUIRE(world.publisher->subscribe(world.subscriber.url(), {}).has_value());
    world.run_until_idle();
    const std::string topic = world.publisher->topic().arn();
    const std::string token = world.subscriber.message(0).at("Token");
    const auto refused = [&](const std::string& target, int status, const std::string& code) {
        CAPTURE(target);
        const PortalReply reply = world.get(target);
        CHECK(reply.status == status);
        CHECK(reply.body->find("<Code>" + code + "</Code>") != std::string::npos);
        CHECK(reply.body->starts_with("<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"));
    };
    refused(confirm_target(topic, token.substr(1)), 400, "InvalidParameter");
    refused(confirm_target(topic, "%3Cx%26"), 400, "InvalidParameter");
    refused(confirm_target(topic + "-other", token), 404, "NotFound");
    refused(confirm_target(topic, ""), 400, "ValidationError");
    refused("/?Action=ConfirmSubscription&Token=" + token, 400, "ValidationError");
    refused("/?Action=Subscribe", 400, "InvalidAction");
    refused("/", 400, "InvalidAction");
    refused("/certificate.pem", 404, "NotFound");
    refused("/a/b", 404, "NotFound");
    world.wall.ticks += 72LL * 3600 * Timestamp::ticks_per_second;
    CHECK(world.publish(1).empty());
    SECTION("exactly three days are valid") {
        CHECK(world.get(confirm_target(topic, token)).status == 200);
        CHECK(world.publish(1).size() == 1);
    }
    SECTION("a moment more is not") {
        world.wall.ticks += 1;
        refused(confirm_target(topic, token), 400, "InvalidParameter");
        CHECK(world.publisher->counts().confirmations == 0);
        CHECK(world.publisher->counts().confirmations_refused == 6);
        // After another request, a different token is sent, and is valid.
        REQUIRE(world.publisher->subscribe(world.subscriber.url(), {}).has_value());
        world.run_until_idle();
        const std::string another = world.subscriber.message(1).at("Token");
        CHECK(another != token);
        CHECK(world.get(confirm_target(topic, another)).status == 200);
        CHECK(world.publisher->topic().subscriptions().size() == 1);
    }
}

TEST_CASE("unsubscribed: announced once, then nothing; its SubscribeURL would subscribe again") {
    PublisherWorld world;
    world.subscribe_confirmed(world.subscriber.url());
    const std::string arn = world.publisher->topic().subscriptions().front().arn;
    REQUIRE(world.publisher->unsubscribe(world.subscriber.url()).has_value());
    CHECK(world.publish(2).empty());
    world.run_until_idle();
    REQUIRE(world.subscriber.requests.size() == 1);
    const auto notice = world.subscriber.message(0);
    CHECK(notice.at("Type") == "UnsubscribeConfirmation");
    CHECK(notice.at("Message").get<std::string>().find(arn) != std::string::npos);
    CHECK(signature_good(notice, test_identity()->certificate_pem()));
    CHECK(world.subscriber.has_header(0, "x-amz-sns-subscription-arn: " + arn));
    CHECK(world.get(path_and_query(notice.at("SubscribeURL"))).status == 200);
    CHECK(world.publish(2).size() == 2);

    // A visit to UnsubscribeURL unsubscribes, and is counted.
    const std::string leave = world.subscriber.message(1).at("UnsubscribeURL");
    CHECK(world.get(path_and_query(leave)).status == 200);
    CHECK(world.publisher->counts().unsubscribe_visits == 1);
    CHECK(world.publish(1).empty());
    CHECK(world.publisher->unsubscribe("https://127.0.0.1:1/other").has_error());
    CHECK(world.get("/?Action=Unsubscribe&SubscriptionArn=x").status == 404);
}

TEST_CASE("two subscribers get every message, each with its own ARN; one may be raw") {
    PublisherWorld world;
    Subscriber other(world.io);
    world.subscribe_confirmed(world.subscriber.url());
    world.subscribe_confirmed(other.url(), true);
    other.requests.clear();
    const auto results = world.publish(2);
    CHECK(results.size() == 4);
    REQUIRE(world.subscriber.requests.size() == 2);
    REQUIRE(other.requests.size() == 2);
    CHECK(other.has_header(0, "x-amz-sns-rawdelivery: true"));
    CHECK(other.message(0).at("event_type") == "attendance");
    CHECK(world.subscriber.message(0).at("Type") == "Notification");
}

TEST_CASE("a topic's ARN: a standard one, of any partition") {
    CHECK(is_topic_arn(kPublisherTopic));
    CHECK(is_topic_arn("arn:aws-cn:sns:cn-north-1:123456789012:a_b-C"));
    for (const std::string& text :
         {std::string("carecloud"), std::string(kPublisherTopic) + ".fifo",
          std::string(kPublisherTopic) + "\n", std::string("arn:aws:sqs:us-west-2:123456789012:q"),
          std::string(5000, 'a')}) {
        CAPTURE(text);
        CHECK_FALSE(is_topic_arn(text));
        PublisherSettings settings = test_settings();
        settings.topic_arn = text;
        boost::asio::io_context io;
        CHECK(EventPublisher::create(io.get_executor(), settings, test_identity(), "https://h").has_error());
    }
}
