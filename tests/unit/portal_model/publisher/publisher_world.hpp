// A publisher and its subscriber on one io_context and one thread. The subscriber sends the responses set by the test,
// and records what it receives.
#pragma once

#include "portal/event_publisher.hpp"
#include "portal/publisher_answers.hpp"
#include "signed_message.hpp"
#include "support/http/scripted_server.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

namespace carecloud {

// Shared by all tests: creating an RSA key takes a while.
inline std::shared_ptr<const PublisherIdentity> test_identity() {
    static const auto made = PublisherIdentity::make({"127.0.0.1", "localhost"});
    REQUIRE(made.has_value());
    return *made;
}

class Subscriber {
  public:
    explicit Subscriber(boost::asio::io_context& io, boost::asio::ssl::context* tls = nullptr);

    std::string url(const std::string& scheme = "http", const std::string& user = "") const {
        return scheme + "://" + user + "127.0.0.1:" + std::to_string(server_.port()) + "/sns";
    }
    ScriptedServer& server() { return server_; }

    // The next responses, each a status line with headers; then 200. Empty: no response.
    std::deque<std::string> answers;
    std::vector<std::string> requests;

    std::string body(std::size_t index) const {
        const std::string& request = requests.at(index);
        return request.substr(request.find("\r\n\r\n") + 4);
    }
    nlohmann::json message(std::size_t index) const { return nlohmann::json::parse(body(index)); }
    bool has_header(std::size_t index, const std::string& line) const {
        return requests.at(index).find("\r\n" + line + "\r\n") != std::string::npos;
    }

  private:
    Task<> serve(Peer& peer);

    ScriptedServer server_;
};

inline PublisherSettings test_settings() {
    PublisherSettings settings;
    settings.policy = {.timeout = std::chrono::seconds(10), .retry_delay = std::chrono::milliseconds(1)};
    settings.late = std::chrono::milliseconds(1);
    return settings;
}

class PublisherWorld {
  public:
    explicit PublisherWorld(PublisherSettings settings = test_settings());

    // Runs handlers one by one until the condition holds. A minute without any is a failure.
    void run_until(const std::function<bool()>& done) {
        while (!done()) {
            io.restart();
            if (io.run_one_for(std::chrono::minutes(1)) == 0) throw std::runtime_error("nothing happens");
        }
    }
    void run_until_idle() {
        run_until([this] { return publisher->pending() == 0; });
    }
    // Subscribes, and confirms as the subscriber would.
    void subscribe_confirmed(const std::string& url, bool raw = false);
    PortalReply get(const std::string& target) {
        return answer_publisher_call(*publisher, {.method = "GET", .target = target});
    }
    // Publishes, and waits until all deliveries have ended.
    std::vector<DeliveryResult> publish(std::size_t count, PublishOptions options = {});

    boost::asio::io_context io{1};
    Timestamp wall = *Timestamp::parse("2024-03-13T19:08:57.1633050Z");
    Subscriber subscriber{io};
    std::unique_ptr<EventPublisher> publisher;
};

inline PublishedEvent test_event(std::size_t number) {
    PublishedEvent event;
    event.id = "65f35b06e30c8a2e4578" + std::to_string(1000 + number);
    event.workspace_id = event.bucket_id = "636eeb5d8029cf0df6932c16";
    event.event_time = "2024-03-13T19:08:57.1633050Z";
    return event;
}

}  // namespace carecloud
