// A place where events arrive: an agency whose daemon has an SNS endpoint, and the portal that publishes to it. Both
// sides believe each other by authorities of their own, made for the test.
//
//     EventSite site;
//     Process daemon = site.start();
//     site.subscribe(daemon);
//     const std::vector<std::string> ids = site.submit({{"count", 3}});
//     REQUIRE(site.become(daemon, ids, "settled") == "");
//
// Used from one thread. What is waited for and never comes throws, or is told in words.
#pragma once

#include "portal/event_publisher.hpp"
#include "support/tls/test_certificates.hpp"
#include "system/agency.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace carecloud {

// The `sns` section; certificate, key and authorities are the site's.
struct SiteSns {
    std::string listen = "127.0.0.1:0";
    std::string topic = kPublisherTopic;
    bool tls = true;
    bool confirm = true;
    bool basic_auth = false;  // sns:Agency::password()
};

struct SiteOptions {
    int records = 50;                   // to begin with
    std::vector<std::string> portal{};  // more options of carecloud-portal
    std::string poll_every = "5m";      // so that nothing is found by a poll
    std::string stream_more{};
    SiteSns sns{};
    bool with_api = false;  // on api_socket()
    std::string api{};      // or there, such as "127.0.0.1:0"
};

class EventSite {
  private:
    TempDir files_;
    TestAuthority authority_{"the agency's authority"};

  public:
    explicit EventSite(SiteOptions options = {});

    PortalProcess portal;  // sends again after 0.2 s
    Agency agency;
    std::optional<SiteSns> sns;  // none: the configuration has no such section

    std::string certificate_path() const { return files_.file("certificate.pem"); }
    std::string private_key_path() const { return files_.file("private-key.pem"); }
    std::string credentials_path() const { return files_.file("credentials"); }
    // Another certificate and key, of that common name, that ends so many seconds from now.
    void issue(const std::string& name, long valid_to_seconds = 24 * 3600);
    // What stands above, into the agency's file.
    void write_config();

    // Up, and listening where port() and endpoint() say from then on.
    Process start(const std::function<int()>& prepare = {});
    // write_config() and SIGHUP, until it is taken.
    void reload(Process& daemon);
    // The next start, or reload, listens at the port of the last one.
    void keep_port() { sns->listen = "127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }
    std::string api_socket() const { return files_.file("api.sock"); }
    std::string endpoint(const std::string& credentials = {}) const;

    // Until the endpoint has confirmed.
    void subscribe(Process& daemon, const std::string& credentials = {});
    // The call of the control port of that name; the ids of the messages.
    std::vector<std::string> publish(const nlohmann::json& body);
    std::vector<std::string> submit(const nlohmann::json& body);
    nlohmann::json counts() { return portal.control("GET", "/sns").at("counts"); }

    // What became of these once SNS is done with all of them, in their order.
    std::vector<Delivery> ends(Process& daemon, const std::vector<std::string>& message_ids);
    // Until each of them is an event of that state; which one is not where that never comes.
    std::string become(Process& daemon, const std::vector<std::string>& message_ids,
                       const std::string& state);
    // Whether one good message, sent now, gets its 200; in words where not.
    std::string still_serves(Process& daemon);

  private:
    std::string sns_text() const;
    void learn_port(const Process& daemon);

    std::string api_;
    std::uint16_t port_ = 0;
};

// Of the message ids, in their order: what the store holds of each. Throws where one is not there.
std::vector<ReadEvent> events_of(const Agency& agency, const std::vector<std::string>& message_ids);

}  // namespace carecloud
