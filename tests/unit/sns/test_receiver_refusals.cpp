// Messages that the receiver refuses, with the status that determines whether SNS sends them again.
#include "receiver_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using nlohmann::json;

namespace {

std::string header_of(const ServerResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) return value;
    }
    return {};
}

// The refusal reported to the observer is the one that was sent.
void check_refused(const ReceiverWorld& world, const ServerResponse& response, RefusalReason reason) {
    REQUIRE(world.said.refusals.size() == 1);
    CHECK(to_string(world.said.refusals.front().reason) == to_string(reason));
    CHECK(response.status == status_of(reason));
    CHECK(response.body == world.said.refusals.front().text + "\n");
    CHECK(header_of(response, "Content-Type") == "text/plain; charset=UTF-8");
    CHECK(world.nothing_kept());
    CHECK(world.said.events.empty());
}

std::string basic(std::string_view encoded) {
    return "Basic " + std::string(encoded);
}

}  // namespace

TEST_CASE("Another path is 404") {
    const std::string target = GENERATE("/", "/sns/", "/SNS", "/sns/x", "/%73ns", "*");
    ReceiverWorld world;
    const ServerResponse response =
        world.send({.method = "POST", .target = target, .body = test_signer().sign(notification())});
    check_refused(world, response, RefusalReason::other_path);
}

TEST_CASE("A query after the path changes nothing") {
    ReceiverWorld world;
    const ServerResponse response =
        world.send({.method = "POST", .target = "/sns?x=y", .body = test_signer().sign(notification())});
    CHECK(response.status == 200);
}

TEST_CASE("Another method is 405 and names the allowed one") {
    const std::string method = GENERATE("GET", "HEAD", "PUT", "OPTIONS", "post");
    ReceiverWorld world;
    const ServerResponse response = world.send({.method = method, .target = "/sns"});
    check_refused(world, response, RefusalReason::other_method);
    CHECK(header_of(response, "Allow") == "POST");
}

TEST_CASE("Credentials are requested by a 401 with a challenge") {
    ReceiverSettings settings = receiver_settings();
    settings.basic_auth = "sns:secret";
    const std::string sent = GENERATE(
        "", "Basic", "Basic ", "Bearer c25zOnNlY3JldA==", "Basic c25zOnNlY3JlZA==", "Basic c25zOnNlY3JldA",
        "Basic c25z", "c25zOnNlY3JldA==");
    CAPTURE(sent);
    ReceiverWorld world(settings);
    std::vector<HttpHeader> headers;
    if (!sent.empty()) headers.emplace_back("Authorization", sent);
    const ServerResponse response = world.post(notification(), headers);
    check_refused(world, response, RefusalReason::credentials);
    CHECK(header_of(response, "WWW-Authenticate") == R"(Basic realm="carecloud-syncd", charset="UTF-8")");
    CHECK(world.fetcher->asked().empty());
}

TEST_CASE("The right credentials are accepted") {
    ReceiverSettings settings = receiver_settings();
    settings.basic_auth = "sns:secret";
    ReceiverWorld world(settings);
    CHECK(world.post(notification(), {{"authorization", basic("c25zOnNlY3JldA==")}}).status == 200);
    CHECK(world.post(notification(), {{"Authorization", "basic  c25zOnNlY3JldA=="}}).status == 200);
}

TEST_CASE("The refusal of raw delivery names the setting to disable") {
    ReceiverWorld world;
    const ServerResponse response =
        world.post_text(R"({"id":"65f35b06e30c8a2e4578d118"})", {{"x-amz-sns-rawdelivery", "true"}});
    check_refused(world, response, RefusalReason::raw_delivery);
    CHECK(response.body.find("RawMessageDelivery") != std::string::npos);
}

TEST_CASE("A malformed message is 400") {
    const std::string body = GENERATE("", "[]", "{", "null", "Hello", "{}");
    ReceiverWorld world;
    check_refused(world, world.post_text(body), RefusalReason::malformed);
    CHECK(world.fetcher->asked().empty());
}

TEST_CASE("A header that contradicts the body is 400") {
    const auto [name, value] = GENERATE(table<std::string, std::string>(
        {{"x-amz-sns-message-type", "SubscriptionConfirmation"},
         {"X-Amz-Sns-Message-Id", "00000000-545e-5848-82a2-e05566af3dcf"},
         {"x-amz-sns-topic-arn", "arn:aws:sns:us-west-2:123456789012:other"}}));
    ReceiverWorld world;
    check_refused(world, world.post(notification(), {{name, value}}), RefusalReason::header_mismatch);
    CHECK(world.fetcher->asked().empty());
}

TEST_CASE("A second header that contradicts the body is 400") {
    ReceiverWorld world;
    const std::vector<HttpHeader> headers{{"x-amz-sns-message-type", "Notification"},
                                          {"x-amz-sns-message-type", "UnsubscribeConfirmation"}};
    check_refused(world, world.post(notification(), headers), RefusalReason::header_mismatch);
}

TEST_CASE("Another topic is 403, before anything is fetched") {
    json message = notification();
    message["TopicArn"] =
        GENERATE("arn:aws:sns:us-west-2:123456789012:other", "arn:aws:sns:us-west-2:123456789012:carecloud2",
                 "arn:aws:sns:us-east-1:123456789012:carecloud", "carecloud");
    ReceiverWorld world;
    check_refused(world, world.post(message), RefusalReason::other_topic);
    CHECK(world.fetcher->asked().empty());
}

TEST_CASE("Another certificate address is 403, before anything is fetched") {
    const std::string path = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
    json message = notification();
    message["SigningCertURL"] =
        GENERATE_COPY("http://sns.us-west-2.amazonaws.com" + path, "https://evil.example" + path,
                      "https://sns.us-east-1.amazonaws.com" + path, "https://made-up.amazonaws.com" + path,
                      std::string("https://sns.us-west-2.amazonaws.com/x.pem"),
                      "https://x@sns.us-west-2.amazonaws.com" + path);
    ReceiverWorld world;
    check_refused(world, world.post(message), RefusalReason::signing_url);
    CHECK(world.fetcher->asked().empty());
}

TEST_CASE("A wrong, short or foreign signature is 403") {
    ReceiverWorld world;
    json changed = json::parse(test_signer().sign(notification()));
    SECTION("changed") {
        changed["Message"] = "{}";
    }
    SECTION("short") {
        changed["Signature"] = "AAAA";
    }
    SECTION("foreign") {
        changed = json::parse(TestSigner().sign(notification()));
    }
    SECTION("of another version") {
        changed["SignatureVersion"] = "2";
    }
    check_refused(world, world.post_text(changed.dump()), RefusalReason::signature);
}

TEST_CASE("An unavailable or unusable certificate is 503") {
    const std::string pem = test_signer().certificate_pem();
    ReceiverWorld world;
    const auto serve = [&](Result<std::string> answer) {
        world.fetcher->answer(std::string(kTestCertificateUrl), answer);
    };
    SECTION("unreachable") {
        serve(Error{.code = ErrorCode::unreachable, .operation = "fetch", .subject = "x", .hint = {}});
    }
    SECTION("400") {
        serve(Error{.code = ErrorCode::refused, .operation = "fetch", .subject = "HTTP 400", .hint = {}});
    }
    SECTION("500") {
        serve(
            Error{.code = ErrorCode::server_failed, .operation = "fetch", .subject = "HTTP 500", .hint = {}});
    }
    SECTION("empty") {
        serve(std::string());
    }
    SECTION("wrapped in XML") {
        serve("<Error>" + pem + "</Error>");
    }
    SECTION("not a certificate") {
        serve(std::string("hello"));
    }
    SECTION("two blocks") {
        serve(pem + pem);
    }
    SECTION("expired") {
        world.clock.shift_wall(std::chrono::hours(48));
    }
    SECTION("not yet valid") {
        world.clock.shift_wall(-std::chrono::hours(48));
    }
    check_refused(world, world.post(notification()), RefusalReason::certificate);
    CHECK(world.fetcher->asked().size() == 1);
}

TEST_CASE("Beyond the budget of unknown names it is 503, with its own reason") {
    ReceiverSettings settings = receiver_settings();
    settings.certificates.fetches = {.unknown_burst = 1, .unknown_every = std::chrono::hours(1)};
    ReceiverWorld world(settings);
    CHECK(world.post(notification()).status == 200);
    nlohmann::json forged = notification();
    forged["SigningCertURL"] =
        "https://" + std::string(kTestHost) + "/SimpleNotificationService-" + std::string(32, 'f') + ".pem";
    const MonoTime sent = world.clock.now();
    const ServerResponse response = world.post(forged);
    CHECK(response.status == 503);
    CHECK(world.clock.now() - sent < std::chrono::seconds(15));
    CHECK(world.said.refusals.back().reason == RefusalReason::certificate_budget);
    CHECK(world.fetcher->asked().size() == 1);
}

TEST_CASE(
    "While messages with forged certificate names wait, one with a known certificate is accepted "
    "immediately") {
    ReceiverWorld world;
    CHECK(world.post(notification()).status == 200);
    nlohmann::json forged = notification();
    for (int i = 100; i < 400; ++i) {
        forged["SigningCertURL"] = "https://" + std::string(kTestHost) + "/SimpleNotificationService-" +
                                   std::string(29, 'f') + std::to_string(i) + ".pem";
        forged["Signature"] = "AAAA";
        world.start({.method = "POST", .target = "/sns", .body = forged.dump()});
        world.clock.run_for(Duration{0});
    }
    const MonoTime sent = world.clock.now();
    CHECK(world.post(notification()).status == 200);
    CHECK(world.clock.now() == sent);
    CHECK(world.fetcher->asked().size() <= 1 + 8);
}

TEST_CASE("A certificate for another name is 503, although its signature is right") {
    TestSubject subject = signing_subject();
    subject.alternative_names =
        GENERATE("DNS:evil.example", "DNS:*.amazonaws.com", "DNS:sns-signing.eu-south-1.amazonaws.com");
    const TestSigner other(subject);
    ReceiverWorld world;
    world.fetcher->answer(std::string(kTestCertificateUrl), other.certificate_pem());
    check_refused(world, world.post_text(other.sign(notification())), RefusalReason::certificate);
}

TEST_CASE("A certificate of an opt-in region has that region's name") {
    TestSubject subject = signing_subject();
    subject.alternative_names = "DNS:sns-signing.us-west-2.amazonaws.com";
    const TestSigner other(subject);
    ReceiverWorld world;
    world.fetcher->answer(std::string(kTestCertificateUrl), other.certificate_pem());
    CHECK(world.post_text(other.sign(notification())).status == 200);
}

TEST_CASE("Responses repeat nothing of the request") {
    ReceiverWorld world;
    json message = notification();
    message["Message"] = "Maria Lopez";
    message["TopicArn"] = "arn:aws:sns:us-west-2:123456789012:maria";
    const ServerResponse response = world.post(message, {{"x-amz-sns-message-id", "Maria"}});
    CHECK(response.status == 400);
    CHECK(response.body.find("aria") == std::string::npos);
}

TEST_CASE(
    "a request that the head already rules out is refused before the body, with the handler's own response") {
    ReceiverWorld world;
    ServerRequest head{.method = "POST", .target = "/sns", .peer = "203.0.113.7:1"};
    CHECK_FALSE(world.receiver->refuse_head(head));
    head.headers = {{"x-amz-sns-message-type", "Notification"}};
    CHECK_FALSE(world.receiver->refuse_head(head));
    head.headers = {{"x-amz-sns-message-type", "Greeting"}};
    REQUIRE(world.receiver->refuse_head(head));
    CHECK(world.receiver->refuse_head(head)->status == 400);
    head.headers = {{"x-amz-sns-rawdelivery", "true"}};
    CHECK(world.receiver->refuse_head(head)->status == 400);
    head.headers.clear();
    head.target = "/other";
    CHECK(world.receiver->refuse_head(head)->status == 404);
    head.target = "/sns";
    head.method = "GET";
    CHECK(world.receiver->refuse_head(head)->status == 405);
}

TEST_CASE("A receiver refuses unusable settings") {
    ReceiverSettings settings = receiver_settings();
    SECTION("topic") {
        settings.topic_arns = {"carecloud"};
    }
    SECTION("host") {
        settings.certificate_hosts = {"https://x"};
    }
    SECTION("file") {
        settings.ca_file = "/nonexistent/ca.pem";
    }
    ReceiverWorld world;
    const auto receiver = Receiver::create(world.ports(), world.fetcher, settings);
    REQUIRE_FALSE(receiver.has_value());
    CHECK(receiver.error().code == ErrorCode::invalid_argument);
}
