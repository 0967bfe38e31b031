// Temporary failures: 503, so SNS sends the message again, and then it is accepted.
#include "system/event_site.hpp"
#include "system/wire_client.hpp"

#include <csignal>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

TEST_CASE("a certificate host that never responds does not delay messages with another certificate") {
    EventSite site;
    Process daemon = site.start();
    site.subscribe(daemon);
    CHECK(site.still_serves(daemon) == "");
    site.portal.control("POST", "/sns/settings", {{"retries", 0}});
    const std::vector<std::string> silent = site.publish({{"count", 30}, {"fault", "cert-silent"}});
    const auto asked = [&] { return site.counts().at("wrong_certificate_fetches").get<int>() > 0; };
    REQUIRE(daemon.wait_until(asked, kWithin));
    CHECK(site.still_serves(daemon) == "");
    CHECK_FALSE(site.portal.deliveries().contains(silent.front()));
    for (const Delivery& end : site.ends(daemon, silent))
        CHECK(end.status == 503);
    CHECK(site.counts().at("wrong_certificate_fetches") == 1);
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("while another program locks the store, messages get 503 and are accepted on retry") {
    EventSite site({.portal = {"--sns-retries", "100"}});
    Process daemon = site.start();
    site.subscribe(daemon);
    std::vector<std::string> ids;
    {
        const StoreLock lock(site.agency.store_path());
        ids = site.submit({{"count", 5}});
        const auto refused = [&] { return site.counts().at("statuses").value("503", 0) > 0; };
        CHECK(daemon.wait_until(refused, kWithin));
        CHECK(daemon.says("store_busy", kWithin));
    }
    for (const Delivery& end : site.ends(daemon, ids))
        CHECK(end.status == 200);
    CHECK(site.become(daemon, ids, "settled") == "");
    CHECK(site.still_serves(daemon) == "");
    CHECK(site.agency.stop(daemon).code == 0);
    CHECK(site.agency.broken_promise(site.portal) == "");
}

TEST_CASE(
    "SIGTERM while another program locks the store ends the service in time, and messages are accepted "
    "afterwards") {
    EventSite site({.portal = {"--sns-retries", "100"}});
    Process daemon = site.start();
    site.subscribe(daemon);
    site.keep_port();
    std::vector<std::string> ids;
    {
        const StoreLock lock(site.agency.store_path());
        ids = site.submit({{"count", 20}});
        WireClient client(site.port(), WireClient::Wire::tls);
        client.send(post_text("/other", "x"));
        CHECK(status_of(client.reply()) == 404);
        daemon.send(SIGTERM);
        const Run run = site.agency.said(daemon, daemon.wait(kStopWithin).code);
        CHECK(run.code == 0);
        CHECK(run.says("stopping"));
    }
    const ReadEvents held = read_events(site.agency.store_path());
    for (const auto& [id, delivery] : site.portal.deliveries())
        CHECK((delivery.status != 200 || delivery.record_id.empty() || held.contains(id)));
    Process again = site.start();
    for (const Delivery& end : site.ends(again, ids))
        CHECK(end.status == 200);
    CHECK(site.become(again, ids, "settled") == "");
    CHECK(site.agency.stop(again).code == 0);
}
