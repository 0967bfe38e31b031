// Signing certificates in the running daemon: kept in the store for the next start, and messages that name nonexistent
// certificates while none is known.
#include "system/event_site.hpp"
#include "system/wire_client.hpp"

#include <algorithm>
#include <chrono>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

// The body of an accepted message. Does not wait until it is settled: that takes 15 s if a pass of the start fetches
// its record first.
std::string true_message(EventSite& site, Process& daemon) {
    const std::vector<std::string> ids = site.submit({{"count", 1}});
    REQUIRE(site.ends(daemon, ids).front().status == 200);
    return read_events(site.agency.store_path()).at(ids.front()).body;
}

// Messages that each name a different nonexistent certificate. Does not wait for the responses.
class Forger {
  public:
    Forger(const EventSite& site, const std::string& message)
        : port_(site.port()), url_(site.portal.sns_url()), message_(json::parse(message)) {}

    void send() {
        std::string id = std::to_string(++sent_);
        id.insert(0, 32 - id.size(), 'f');
        message_["SigningCertURL"] = url_ + "/SimpleNotificationService-" + id + ".pem";
        clients_.emplace_back(port_, WireClient::Wire::tls);
        clients_.back().send(post_text("/sns", message_.dump()));
    }
    std::size_t sent() const { return sent_; }

  private:
    std::uint16_t port_;
    std::string url_;
    json message_;
    std::size_t sent_ = 0;
    std::vector<WireClient> clients_;
};

}  // namespace

TEST_CASE(
    "genuine messages are accepted while others name nonexistent certificates, and no certificate is known "
    "yet") {
    EventSite site;
    Process before = site.start();
    site.subscribe(before);
    const std::string message = true_message(site, before);
    site.keep_port();
    CHECK(site.agency.stop(before).code == 0);
    execute_sql(site.agency.store_path(), "DELETE FROM signing_certificates");
    site.portal.control("POST", "/sns/settings", {{"retries", 0}});
    const std::int64_t known_fetches = site.counts().at("certificate_fetches");

    Process daemon = site.start();
    const auto began = std::chrono::steady_clock::now();
    Forger forger(site, message);
    while (forger.sent() < 220)
        forger.send();
    const std::vector<std::string> ids = site.submit({{"count", 40}});
    const auto ended = [&] {
        forger.send();
        const Deliveries ends = site.portal.deliveries();
        return std::all_of(ids.begin(), ids.end(), [&](const std::string& id) { return ends.contains(id); });
    };
    CHECK(daemon.wait_until(ended, kWithin));
    for (const Delivery& end : site.ends(daemon, ids))
        CHECK(end.status == 200);
    CHECK(site.counts().at("certificate_fetches") == known_fetches + 1);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const std::int64_t fetches = site.counts().at("no_certificate_fetches");
    INFO(fetches << " fetches in " << took.count() << " s, for " << forger.sent() << " names");
    CHECK(fetches > 0);
    CHECK(static_cast<double>(fetches) <= 8 + took.count() + 1);
    CHECK(daemon.says("too many messages with unknown signing certificates", kWithin));
    CHECK(daemon.says("reason=certificate_budget", kWithin));
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("after a restart messages are verified although the certificate's host is unreachable") {
    EventSite site;
    Process before = site.start();
    site.subscribe(before);
    const std::string message = true_message(site, before);
    CHECK(select_text(site.agency.store_path(), "SELECT count(*) FROM signing_certificates") == "1");
    site.keep_port();
    CHECK(site.agency.stop(before).code == 0);
    site.portal.kill();

    Process daemon = site.start();
    const auto answer = [&](const std::string& body) {
        WireClient client(site.port(), WireClient::Wire::tls);
        client.send(post_text("/sns", body));
        return status_of(client.reply());
    };
    CHECK(answer(message) == 200);
    json changed = json::parse(message);
    changed["Message"] = changed["Message"].get<std::string>() + " ";
    CHECK(answer(changed.dump()) == 403);
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("an invalid certificate in the store is removed, reported and fetched again") {
    EventSite site;
    Process before = site.start();
    site.subscribe(before);
    CHECK(site.agency.stop(before).code == 0);
    site.keep_port();
    execute_sql(site.agency.store_path(), "UPDATE signing_certificates SET pem = 'hello'");

    Process daemon = site.start();
    CHECK(daemon.says("load a signing certificate from the store", kWithin));
    true_message(site, daemon);
    CHECK(select_text(site.agency.store_path(), "SELECT pem LIKE '-----BEGIN%' FROM signing_certificates") ==
          "1");
    CHECK(site.agency.stop(daemon).code == 0);
}
