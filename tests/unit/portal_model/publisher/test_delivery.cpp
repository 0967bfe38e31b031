// Delivery by SNS's policy: what is retried and what is not, credentials on request, connections.
#include "portal/publisher_load.hpp"
#include "publisher_world.hpp"

#include <set>

using namespace carecloud;

namespace {

constexpr const char* kChallenge = "401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"sns\"";

}  // namespace

TEST_CASE("the policy: 2xx is a success, 4xx final, 5xx and no response are retried three times") {
    const DeliveryPolicy policy;
    CHECK(policy.timeout == std::chrono::seconds(15));
    CHECK(policy.retry_delay == std::chrono::seconds(20));
    for (const int status : {200, 204, 299})
        CHECK(end_of_attempt(policy, status, 1) == DeliveryEnd::delivered);
    for (const int status : {301, 400, 401, 403, 404, 429, 499})
        CHECK(end_of_attempt(policy, status, 1) == DeliveryEnd::refused);
    for (const int status : {0, 100, 500, 503, 599}) {
        CHECK(end_of_attempt(policy, status, 1) == DeliveryEnd::pending);
        CHECK(end_of_attempt(policy, status, 3) == DeliveryEnd::pending);
        CHECK(end_of_attempt(policy, status, 4) == DeliveryEnd::given_up);
    }
}

TEST_CASE("503, 503, 200: the same message three times, then acknowledged") {
    PublisherWorld world;
    world.subscribe_confirmed(world.subscriber.url());
    world.subscriber.answers = {"503 Service Unavailable", "503 Service Unavailable"};
    const auto results = world.publish(1);
    REQUIRE(results.size() == 1);
    CHECK(results[0].end == DeliveryEnd::delivered);
    CHECK(results[0].status == 200);
    CHECK(results[0].attempts == 3);
    CHECK(results[0].record_id == test_event(0).id);
    REQUIRE(world.subscriber.requests.size() == 3);
    CHECK(world.subscriber.requests[0] == world.subscriber.requests[2]);
    CHECK(world.subscriber.message(0).at("MessageId") == results[0].message_id);
    const DeliveryCounts& counts = world.publisher->queue().counts();
    CHECK(counts.retried == 2);
    CHECK(counts.statuses.at(503) == 2);
    CHECK(counts.statuses.at(200) == 2);  // including the confirmation's
    CHECK(counts.delivered == 2);
    CHECK(world.subscriber.server().connections() == 1);
}

TEST_CASE("400 is never retried; 5xx is given up after the third retry") {
    PublisherWorld world;
    world.subscribe_confirmed(world.subscriber.url());
    world.subscriber.answers = {"400 Bad Request"};
    CHECK(world.publish(1).at(0).end == DeliveryEnd::refused);
    CHECK(world.subscriber.requests.size() == 1);
    world.subscriber.answers = {"500 a", "502 b", "503 c", "504 d"};
    const auto results = world.publish(1);
    CHECK(results.at(0).end == DeliveryEnd::given_up);
    CHECK(results.at(0).status == 504);
    CHECK(results.at(0).attempts == 4);
    CHECK(world.subscriber.requests.size() == 5);
    CHECK(world.publisher->queue().counts().refused == 1);
    CHECK(world.publisher->queue().counts().given_up == 1);
    CHECK(world.publisher->pending() == 0);
}

TEST_CASE("an endpoint that does not respond, and a missing one, count as no response") {
    PublisherSettings settings = test_settings();
    settings.policy.timeout = std::chrono::seconds(1);  // enough for the subscription on a busy machine
    settings.policy.retries = 1;
    PublisherWorld world(settings);
    world.subscribe_confirmed(world.subscriber.url());
    world.subscriber.answers = {"", ""};
    auto results = world.publish(1);
    CHECK(results.at(0).end == DeliveryEnd::given_up);
    CHECK(results.at(0).status == 0);
    CHECK(results.at(0).attempts == 2);
    CHECK(results.at(0).error.find("took too long") != std::string::npos);
    world.subscriber.server().stop_listening();
    results = world.publish(1);
    CHECK(results.at(0).end == DeliveryEnd::given_up);
    CHECK(results.at(0).error.find("127.0.0.1") != std::string::npos);
    CHECK(world.publisher->queue().counts().statuses.at(0) == 4);
}

TEST_CASE("credentials of the URL are sent only after a 401 that requests them") {
    PublisherWorld world;
    world.subscriber.answers = {kChallenge};
    world.subscribe_confirmed(world.subscriber.url("http", "user:pass%40word@"));
    world.subscriber.answers = {kChallenge};
    CHECK(world.publish(1).at(0).end == DeliveryEnd::delivered);
    REQUIRE(world.subscriber.requests.size() == 2);
    CHECK(world.subscriber.requests[0].find("Authorization") == std::string::npos);
    // printf 'user:pass@word' | base64
    CHECK(world.subscriber.has_header(1, "Authorization: Basic dXNlcjpwYXNzQHdvcmQ="));
    CHECK(world.subscriber.body(0) == world.subscriber.body(1));
    CHECK(world.publisher->queue().counts().challenged == 2);
    // Refused again: final. Without WWW-Authenticate nothing is sent again.
    world.subscriber.answers = {kChallenge, kChallenge};
    CHECK(world.publish(1).at(0).end == DeliveryEnd::refused);
    world.subscriber.answers = {"401 Unauthorized"};
    CHECK(world.publish(1).at(0).attempts == 1);
    CHECK(world.subscriber.requests.size() == 5);
    const TopicSubscription& subscription = world.publisher->topic().subscriptions().front();
    CHECK(subscription.endpoint.shown.find("pass") == std::string::npos);
}

TEST_CASE("no more concurrent deliveries than allowed, and connections are kept") {
    PublisherSettings settings = test_settings();
    settings.at_once = 4;
    PublisherWorld world(settings);
    world.subscribe_confirmed(world.subscriber.url());
    const auto results = world.publish(50);
    REQUIRE(results.size() == 50);
    std::set<std::string> ids;
    for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK(results[i].end == DeliveryEnd::delivered);
        CHECK(results[i].record_id == test_event(i).id);
        ids.insert(results[i].message_id);
    }
    CHECK(ids.size() == 50);
    CHECK(world.subscriber.requests.size() == 50);
    CHECK(world.subscriber.server().connections() <= 4);
    CHECK(world.publisher->ended().size() == 51);
}

TEST_CASE("over TLS the endpoint's certificate is verified, unless that is disabled") {
    TestAuthority authority("an endpoint's authority");
    const auto tls = server_tls(authority.issue({}));
    const TempFile ca_file(authority.certificate_pem());
    const auto outcome = [&](const std::string& ca, bool verify) {
        PublisherSettings settings = test_settings();
        settings.endpoint_ca_file = ca;
        settings.verify_endpoints = verify;
        settings.policy.retries = 0;
        PublisherWorld world(settings);
        Subscriber secure(world.io, tls.get());
        REQUIRE(world.publisher->subscribe(secure.url("https"), {}).has_value());
        world.run_until_idle();
        return world.publisher->ended().back().status;
    };
    CHECK(outcome(ca_file.path(), true) == 200);
    CHECK(outcome("", true) == 0);
    CHECK(outcome("", false) == 200);
    PublisherSettings bad = test_settings();
    bad.endpoint_ca_file = "/nonexistent/ca.pem";
    boost::asio::io_context io;
    CHECK(EventPublisher::create(io.get_executor(), bad, test_identity(), "https://h").has_error());
}

TEST_CASE("endpoints: loopback only, and no error shows the credentials") {
    CHECK(parse_endpoint("https://127.0.0.1:8443/sns")->authorization.empty());
    CHECK(parse_endpoint("https://u:p@localhost:8443/sns?a=1")->shown == "https://localhost:8443/sns?a=1");
    CHECK(parse_endpoint("https://[::1]:8443/a@b")->authorization.empty());
    for (const char* url :
         {"", "sns", "ftp://127.0.0.1/", "https://example.org/sns", "http://10.0.0.1/sns",
          "https://u:hidden@example.org/", "https://u:hidden@/", "https://u:hidden@[::1/"}) {
        CAPTURE(url);
        const auto parsed = parse_endpoint(url);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == ErrorCode::invalid_argument);
        CHECK(parsed.error().message().find("hidden") == std::string::npos);
    }
}

TEST_CASE("a load: signed in advance, over a number of connections, every response with its latency") {
    const std::size_t connections = GENERATE(1, 16, 64);
    boost::asio::io_context io{1};
    Subscriber subscriber(io);
    subscriber.answers = {"503 Service Unavailable", "400 Bad Request"};
    std::thread server([&] {
        const auto work = boost::asio::make_work_guard(io);
        io.run();
    });
    std::vector<PublishedEvent> events;
    for (std::size_t i = 0; i < 100; ++i)
        events.push_back(test_event(i));
    const MessageSeal seal{test_identity(), "https://127.0.0.1:40443", 1};
    const auto messages = sign_load(seal, kPublisherTopic, events, 2);
    PublisherLoad load({.endpoint = *parse_endpoint(subscriber.url())});
    const LoadReport report = load.send(messages, connections);
    const LoadReport again = load.send(messages, connections);
    io.stop();
    server.join();

    CHECK(report.acknowledged() == 98);
    CHECK(report.statuses() == std::map<int, std::size_t>{{200, 98}, {400, 1}, {503, 1}});
    CHECK(report.connections_opened <= connections);
    CHECK(report.acknowledged_per_second() > 0);
    CHECK(report.latency_at(0) > std::chrono::nanoseconds(0));
    CHECK(report.latency_at(0.99) >= report.latency_at(0.5));
    CHECK(again.acknowledged() == 100);
    CHECK(again.connections_opened == 0);
    REQUIRE(subscriber.requests.size() == 200);
    for (std::size_t i = 0; i < 100; ++i) {
        CHECK(report.results[i].record_id == test_event(i).id);
        CHECK(signature_good(subscriber.message(i), test_identity()->certificate_pem()));
    }
}
