// A site where events arrive: an agency whose daemon has an SNS endpoint, and the portal that publishes to it. Each
// trusts the other through its own authority, created for the test.
//
//     EventSite site;
//     Process daemon = site.start();
//     site.subscribe(daemon);
//     const std::vector<std::string> ids = site.submit({{"count", 3}});
//     REQUIRE(site.become(daemon, ids, "settled") == "");
//
// Used from one thread. If a condition is never met, a function throws or returns a message.
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
    int records = 50;                   // initially
    std::vector<std::string> portal{};  // more options of carecloud-portal
    std::string poll_every = "5m";      // so polls find nothing
    std::string stream_more{};
    SiteSns sns{};
    bool with_api = false;  // on api_socket()
    std::string api{};      // or at this address, such as "127.0.0.1:0"
};

class EventSite {
  private:
    TempDir files_;
    TestAuthority authority_{"the agency's authority"};

  public:
    explicit EventSite(SiteOptions options = {});

    PortalProcess portal;  // retries after 0.2 s
    Agency agency;
    std::optional<SiteSns> sns;  // empty: the configuration has no such section

    std::string certificate_path() const { return files_.file("certificate.pem"); }
    std::string private_key_path() const { return files_.file("private-key.pem"); }
    std::string credentials_path() const { return files_.file("credentials"); }
    // Replaces certificate and key, with this common name, expiring after that many seconds.
    void issue(const std::string& name, long valid_to_seconds = 24 * 3600);
    // Writes the settings above to the agency's file.
    void write_config();

    // Starts the daemon; from then on it listens at port() and endpoint().
    Process start(const std::function<int()>& prepare = {});
    // Calls write_config() and sends SIGHUP; waits until it takes effect.
    void reload(Process& daemon);
    // The next start or reload listens at the previous port.
    void keep_port() { sns->listen = "127.0.0.1:" + std::to_string(port_); }
    std::uint16_t port() const { return port_; }
    std::string api_socket() const { return files_.file("api.sock"); }
    std::string endpoint(const std::string& credentials = {}) const;

    // Waits until the endpoint has confirmed.
    void subscribe(Process& daemon, const std::string& credentials = {});
    // Calls the control port by that name; returns the ids of the messages.
    std::vector<std::string> publish(const nlohmann::json& body);
    std::vector<std::string> submit(const nlohmann::json& body);
    nlohmann::json counts() { return portal.control("GET", "/sns").at("counts"); }

    // The results of these deliveries once SNS has finished all of them, in order.
    std::vector<Delivery> ends(Process& daemon, const std::vector<std::string>& message_ids);
    // Waits until each of them is an event of that state; returns the one that is not at the deadline.
    std::string become(Process& daemon, const std::vector<std::string>& message_ids,
                       const std::string& state);
    // Whether one valid message sent now gets its 200; a message if not.
    std::string still_serves(Process& daemon);

  private:
    std::string sns_text() const;
    void learn_port(const Process& daemon);

    std::string api_;
    std::uint16_t port_ = 0;
};

// What the store holds of each of these message ids, in order. Throws if one is missing.
std::vector<ReadEvent> events_of(const Agency& agency, const std::vector<std::string>& message_ids);

}  // namespace carecloud
