// The complete publisher on sockets: the HTTPS port, the control port's calls, announced changes.
#include "net/client/http_client.hpp"
#include "portal/portal_control.hpp"
#include "portal/portal_edit.hpp"
#include "portal/portal_options.hpp"
#include "portal/portal_server.hpp"
#include "portal/publisher_faults.hpp"
#include "publisher_world.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>

using namespace carecloud;

namespace {

// A subscriber on a separate thread.
class ThreadedSubscriber {
  public:
    ThreadedSubscriber() : thread_([this] { io_.run(); }) {}
    ~ThreadedSubscriber() { stop(); }
    // Afterwards the received messages can be read.
    Subscriber& stop() {
        io_.stop();
        if (thread_.joinable()) thread_.join();
        return subscriber_;
    }
    std::string url() const { return subscriber_.url(); }

  private:
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    Subscriber subscriber_{io_};
    std::thread thread_;
};

class PublishingPortal {
  public:
    PublishingPortal() {
        PortalServerSettings settings;
        settings.control = true;
        settings.sns.emplace();
        settings.sns->publisher.policy.retry_delay = std::chrono::milliseconds(1);
        settings.sns->publisher.policy.retries = 1;
        auto opened = PortalServer::open(std::move(settings));
        REQUIRE(opened.has_value());
        server = *std::move(opened);
        server->with_service(
            [](PortalService& service) { REQUIRE(fill(service.model(), {}, 20).has_value()); });
        server->start();
    }

    nlohmann::json control(const std::string& method, const std::string& target, const std::string& body = "",
                           int status = 200) {
        return nlohmann::json::parse(text(server->control_url(), method, target, body, status), nullptr,
                                     false);
    }
    // A request to the publisher's HTTPS port, trusting its authority.
    std::string secure(const std::string& target, int status = 200) {
        return text(server->sns_url(), "GET", target, "", status);
    }
    // Subscribes, and confirms through the HTTPS port.
    void subscribe(const ThreadedSubscriber& subscriber) {
        control("POST", "/sns/subscribe", R"({"endpoint":")" + subscriber.url() + "\"}");
        std::string token;
        std::string topic;
        server->with_publisher([&](EventPublisher& publisher) {
            token = publisher.topic().find(subscriber.url())->tokens.begin()->first;
            topic = publisher.topic().arn();
        });
        secure("/?Action=ConfirmSubscription&TopicArn=" + topic + "&Token=" + token);
    }
    nlohmann::json counts() { return control("GET", "/sns").at("counts"); }
    // Until all deliveries in progress have ended, according to the publisher.
    void wait_delivered() {
        const auto ended = server->publish({}, {});
        REQUIRE(ended.has_value());
        while (counts().at("pending") != 0)
            std::this_thread::yield();
    }

    std::unique_ptr<PortalServer> server;

  private:
    std::string text(const std::string& url, const std::string& method, const std::string& target,
                     const std::string& body, int status) {
        CAPTURE(method, target, body);
        boost::asio::io_context io;
        HttpClientSettings settings;
        settings.origin = parse_http_url(url)->origin;
        const TempFile ca_file(server->sns_authority());
        if (settings.origin.tls) settings.ca_file = ca_file.path();
        auto client = HttpClient::create(io.get_executor(), settings);
        REQUIRE(client.has_value());
        HttpRequest request{
            .method = method, .target = target, .headers = {}, .body = body, .operation = "ask"};
        const auto answer = run(io, (*client)->request(std::move(request)));
        if (!answer) FAIL(answer.error().message());
        CHECK(answer->status == status);
        return std::string(answer->text());
    }
};

}  // namespace

TEST_CASE("over HTTPS: the certificate, the confirmation, then messages that verify") {
    ThreadedSubscriber subscriber;
    PublishingPortal portal;
    portal.subscribe(subscriber);
    const auto state = portal.control("GET", "/sns");
    CHECK(state.at("subscriptions").at(0).at("state") == "confirmed");
    CHECK(state.at("url") == portal.server->sns_url());
    const std::string certificate_url = state.at("certificate_url");
    CHECK(certificate_url.starts_with(portal.server->sns_url() + "/SimpleNotificationService-"));
    const std::string pem = portal.secure(certificate_url.substr(portal.server->sns_url().size()));
    CHECK(certificate_good(pem, portal.server->sns_authority(), "sns.amazonaws.com"));
    portal.secure("/?Action=ConfirmSubscription&TopicArn=" + std::string(kPublisherTopic) + "&Token=no", 400);

    const auto results = portal.server->publish({test_event(0), test_event(1)});
    REQUIRE(results.has_value());
    REQUIRE(results->size() == 2);
    CHECK(results->at(1).end == DeliveryEnd::delivered);
    CHECK(results->at(1).record_id == test_event(1).id);
    CHECK(portal.server->publish({test_event(0)}, {.fault = "nope"}).has_error());
    CHECK(portal.counts().at("certificate_fetches") == 1);
    CHECK(portal.counts().at("confirmations_refused") == 1);
    portal.wait_delivered();
    Subscriber& seen = subscriber.stop();
    REQUIRE(seen.requests.size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(signature_good(seen.message(i), pem));
}

TEST_CASE("changes through the control port are announced, with the record's own time and scope") {
    ThreadedSubscriber subscriber;
    PublishingPortal portal;
    CHECK_FALSE(portal.control("POST", "/touch", R"({"count":2})").contains("published"));
    portal.subscribe(subscriber);
    const auto touched = portal.control("POST", "/touch", R"({"count":2})");
    CHECK(touched.at("published") == 2);
    CHECK(portal.control("POST", "/generate", R"({"count":3})").at("published") == 3);
    CHECK(portal.control("POST", "/disable", R"({"count":1})").at("published") == 1);
    CHECK(portal.control("POST", "/put/note", R"([{"_id":"n1"},{"_id":"n2"}])").at("published") == 2);
    CHECK(portal.control("POST", "/put/note?visible_after=900", R"({"_id":"n3"})").at("published") == 1);
    // None of these is a submission.
    CHECK_FALSE(portal.control("POST", "/touch", R"({"count":2,"silent":true})").contains("published"));
    CHECK_FALSE(
        portal.control("POST", "/touch", R"({"count":2,"keep_modified":true})").contains("published"));
    CHECK_FALSE(portal.control("POST", "/generate", R"({"count":2,"silent":true})").contains("published"));
    CHECK_FALSE(portal.control("POST", "/put/note?silent=true", R"({"_id":"n4"})").contains("published"));
    CHECK_FALSE(portal.control("POST", "/delete", R"({"count":2})").contains("published"));
    portal.control("POST", "/generate", R"({"count":10001})", 400);
    portal.control("POST", "/sns/settings", R"({"silent":true})");
    CHECK_FALSE(portal.control("POST", "/touch", R"({"count":1})").contains("published"));
    portal.wait_delivered();
    CHECK(portal.counts().at("delivered") == 10);

    Subscriber& seen = subscriber.stop();
    std::set<std::string> ids;
    for (std::size_t i = 0; i < seen.requests.size(); ++i) {
        const auto message = seen.message(i);
        if (message.at("Type") != "Notification") continue;
        const auto event = nlohmann::json::parse(message.at("Message").get<std::string>());
        ids.insert(event.at("id").get<std::string>());
        if (event.at("id") != touched.at("ids").at(0)) continue;
        const std::string time = event.at("event_time");
        // The same millisecond, with more digits.
        CHECK(time.substr(0, 23) == touched.at("modified").get<std::string>().substr(0, 23));
        CHECK(time.size() == 28);
        CHECK(event.at("datasource_code") == "cc-claim-attendance");
        CHECK(event.at("workspace_id") == "636eeb5d8029cf0df6932c16");
    }
    CHECK(ids.size() >= 8);
    CHECK(ids.contains("n3"));
    CHECK_FALSE(ids.contains("n4"));
}

TEST_CASE("/sns/publish and /sns/submit: by count, by ids, verbatim, any text") {
    ThreadedSubscriber subscriber;
    PublishingPortal portal;
    portal.subscribe(subscriber);
    const auto by_count = portal.control("POST", "/sns/publish", R"({"count":3})");
    CHECK(by_count.at("published") == 3);
    CHECK(by_count.at("message_ids").size() == 3);
    CHECK(portal
              .control("POST", "/sns/publish",
                       R"({"ids":["unknown"],"event_type":"parent-attendance","subject":"s"})")
              .at("published") == 1);
    CHECK(portal.control("POST", "/sns/publish", R"({"events":[{"id":"e","datasource_code":"cc-note"}]})")
              .at("published") == 1);
    CHECK(portal.control("POST", "/sns/publish", R"({"message":"hello","fault":"twice"})").at("published") ==
          1);
    const auto before = portal.control("GET", "/counts").at("served");
    CHECK(portal.control("POST", "/sns/submit", R"({"count":2})").at("published") == 2);
    CHECK(portal.control("GET", "/counts").at("served") == before);
    portal.wait_delivered();

    const auto ended = portal.server->publish({test_event(0)});
    REQUIRE(ended.has_value());
    std::size_t lines = 0;
    portal.server->with_publisher([&](EventPublisher& publisher) { lines = publisher.ended().size(); });
    CHECK(lines == 11);
    Subscriber& seen = subscriber.stop();
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < seen.requests.size(); ++i)
        texts.push_back(seen.message(i).at("Message"));
    CHECK(std::count(texts.begin(), texts.end(), "hello") == 2);
    const auto has = [&](const std::string& part) {
        return std::any_of(texts.begin(), texts.end(),
                           [&](const std::string& text) { return text.find(part) != std::string::npos; });
    };
    CHECK(has(R"({"id":"unknown","datasource_code":"cc-claim-attendance","workspace_id":")"));
    CHECK(has(R"("event_type":"parent-attendance")"));
    CHECK(has(R"({"id":"e","datasource_code":"cc-note")"));
}

TEST_CASE("unsubscribing, faults, settings and deliveries through the control port") {
    ThreadedSubscriber subscriber;
    PublishingPortal portal;
    portal.subscribe(subscriber);
    CHECK(portal.control("POST", "/sns/fault", R"({"name":"lost","times":1})").is_object());
    CHECK(portal.control("POST", "/sns/publish", R"({"count":2})").at("published") == 2);
    portal.wait_delivered();
    CHECK(portal.counts().at("lost") == 1);
    portal.control("POST", "/sns/fault", R"({"name":"twice"})");
    CHECK(portal.control("GET", "/sns").at("faults").at("twice") == 1);
    portal.control("DELETE", "/sns/faults");
    const auto set = portal.control("POST", "/sns/settings",
                                    R"({"signature_version":2,"late_ms":7,"retries":5,"retry_delay_ms":9})");
    CHECK(set.at("signature_version") == 2);
    CHECK(set.at("retry_delay_ms") == 9);
    CHECK(set.at("faults").empty());
    CHECK(portal.control("POST", "/sns/unsubscribe", R"({"endpoint":")" + subscriber.url() + "\"}")
              .at("unsubscribed") == true);
    CHECK_FALSE(portal.control("POST", "/touch", R"({"count":1})").contains("published"));
    portal.wait_delivered();
    CHECK(portal.control("GET", "/sns").at("subscriptions").at(0).at("state") == "gone");
    Subscriber& seen = subscriber.stop();
    REQUIRE(seen.requests.size() == 3);
    CHECK(seen.message(2).at("Type") == "UnsubscribeConfirmation");
    CHECK(seen.message(2).at("SignatureVersion") == "2");
}

TEST_CASE("invalid calls are answered with a message, and change nothing") {
    PublishingPortal portal;
    struct Row {
        const char* method;
        const char* target;
        const char* body;
        int status;
    };
    for (const Row& row :
         {Row{"POST", "/sns/subscribe", "", 400},
          Row{"POST", "/sns/subscribe", "[]", 400},
          Row{"POST", "/sns/subscribe", "{}", 400},
          Row{"POST", "/sns/subscribe", R"({"endpoint":"https://example.org/sns"})", 400},
          Row{"POST", "/sns/subscribe", R"({"endpoint":"http://127.0.0.1:1","fault":"x"})", 400},
          Row{"POST", "/sns/unsubscribe", R"({"endpoint":"x"})", 400},
          Row{"POST", "/sns/publish", R"({"count":-1})", 400},
          Row{"POST", "/sns/publish", R"({"count":10001})", 400},
          Row{"POST", "/sns/publish", R"({"ids":[1]})", 400},
          Row{"POST", "/sns/publish", R"({"entity":"nothing"})", 400},
          Row{"POST", "/sns/publish", R"({"events":[1]})", 400},
          Row{"POST", "/sns/publish", R"({"events":{}})", 400},
          Row{"POST", "/sns/publish", R"({"fault":"nope"})", 400},
          Row{"POST", "/sns/submit", R"({"count":"x"})", 400},
          Row{"POST", "/sns/fault", R"({"name":"429"})", 400},
          Row{"POST", "/sns/settings", R"({"signature_version":3})", 400},
          Row{"POST", "/sns/settings", R"({"retry_delay_ms":99999999})", 400},
          Row{"POST", "/sns/settings", R"({"silent":1})", 400},
          Row{"GET", "/sns/nothing", "", 404},
          Row{"POST", "/sns", "{}", 404},
          Row{"GET", "/sns/ca/x", "", 404}}) {
        CHECK_FALSE(portal.control(row.method, row.target, row.body, row.status).at("error").empty());
    }
    CHECK(portal.counts().at("published") == 0);
    CHECK(portal.control("GET", "/sns").at("subscriptions").empty());
    CHECK(portal.server->publish({test_event(0)})->empty());
}

TEST_CASE("a portal without SNS reports that") {
    PortalServerSettings settings;
    settings.control = true;
    auto opened = PortalServer::open(std::move(settings));
    REQUIRE(opened.has_value());
    CHECK((*opened)->sns_url().empty());
    PortalService service({});
    PortalControl control(service, [] {});
    CHECK(control.handle({.method = "GET", .target = "/sns"}, {}).status == 404);
}

TEST_CASE("the command line of SNS") {
    const auto program = parse_portal_options({"--sns-port",
                                               "8471",
                                               "--sns-host",
                                               "localhost",
                                               "--sns-ca-out",
                                               "ca.pem",
                                               "--sns-topic",
                                               "arn:aws:sns:eu-central-1:123456789012:t",
                                               "--sns-subscribe",
                                               "https://u:p@127.0.0.1:8443/sns",
                                               "--sns-raw",
                                               "--sns-signature-version",
                                               "2",
                                               "--sns-insecure",
                                               "--sns-timeout",
                                               "500ms",
                                               "--sns-retries",
                                               "5",
                                               "--sns-retry-delay",
                                               "100ms",
                                               "--sns-connections",
                                               "16",
                                               "--sns-fault",
                                               "lost:0.1",
                                               "--sns-fault",
                                               "twice",
                                               "--sns-late",
                                               "2s",
                                               "--sns-silent",
                                               "--seed",
                                               "9"});
    REQUIRE(program.has_value());
    REQUIRE(program->server.sns.has_value());
    const PortalSns& sns = *program->server.sns;
    CHECK(sns.port == 8471);
    CHECK(sns.host == "localhost");
    CHECK(program->sns_ca_out == "ca.pem");
    CHECK(sns.endpoints == std::vector<std::string>{"https://u:p@127.0.0.1:8443/sns"});
    CHECK(sns.raw);
    CHECK(sns.fault_texts == std::vector<std::string>{"lost:0.1", "twice"});
    const PublisherSettings& publisher = sns.publisher;
    CHECK(publisher.topic_arn == "arn:aws:sns:eu-central-1:123456789012:t");
    CHECK(publisher.signature_version == 2);
    CHECK_FALSE(publisher.verify_endpoints);
    CHECK(publisher.policy.timeout == std::chrono::milliseconds(500));
    CHECK(publisher.policy.retries == 5);
    CHECK(publisher.policy.retry_delay == std::chrono::milliseconds(100));
    CHECK(publisher.at_once == 16);
    CHECK(publisher.late == std::chrono::seconds(2));
    CHECK(publisher.silent);
    CHECK(publisher.seed == 9);

    CHECK_FALSE(parse_portal_options({})->server.sns.has_value());
    const auto plain = parse_portal_options({"--sns-port", "0"});
    REQUIRE(plain->server.sns.has_value());
    CHECK(plain->server.sns->publisher.policy.timeout == std::chrono::seconds(15));
    CHECK(plain->server.sns->publisher.policy.retry_delay == std::chrono::seconds(20));
    const std::string help = portal_help();
    for (const FaultName& fault : publisher_fault_names())
        CHECK(help.find("  " + std::string(fault.name) + " ") != std::string::npos);
    CHECK(help.find("POST /sns/publish") != std::string::npos);
}

TEST_CASE("an invalid command line of SNS is rejected with a message") {
    using Arguments = std::vector<std::string>;
    for (const Arguments& arguments :
         {Arguments{"--sns-port", "70000"}, Arguments{"--sns-host", "a b"},
          Arguments{"--sns-topic", "carecloud"},
          Arguments{"--sns-topic", std::string(kPublisherTopic) + ".fifo"},
          Arguments{"--sns-subscribe", "sns"},
          Arguments{"--sns-subscribe", "https://u:hidden@example.org/sns"},
          Arguments{"--sns-signature-version", "3"}, Arguments{"--sns-endpoint-ca", "/nonexistent/ca.pem"},
          Arguments{"--sns-endpoint-ca", "/dev/null", "--sns-insecure"}, Arguments{"--sns-timeout", "15"},
          Arguments{"--sns-timeout", "0s"}, Arguments{"--sns-retry-delay", "2d"},
          Arguments{"--sns-retries", "101"}, Arguments{"--sns-connections", "0"},
          Arguments{"--sns-fault", "429"}, Arguments{"--sns-fault", "lost:2"},
          Arguments{"--sns-late", "soon"}}) {
        CAPTURE(arguments);
        const auto program = parse_portal_options(arguments);
        REQUIRE(program.has_error());
        CHECK(program.error().code == ErrorCode::invalid_argument);
        CHECK(program.error().message().find("hidden") == std::string::npos);
    }
}
