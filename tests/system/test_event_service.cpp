// The endpoint as a service: subscriptions, credentials, the check of its files, reload, stop.
#include "system/api_client.hpp"
#include "system/event_site.hpp"
#include "system/wire_client.hpp"

#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

std::string subscription_of(EventSite& site) {
    const auto states = read_subscriptions(site.agency.store_path());
    const auto found = states.find(site.sns->topic);
    return found == states.end() ? "none" : found->second;
}

std::string peer_name(const EventSite& site) {
    return WireClient(site.port(), WireClient::Wire::tls).peer_name();
}

}  // namespace

TEST_CASE("an unsubscribed topic is reported as an error, and polling continues") {
    EventSite site({.poll_every = "1s"});
    Process daemon = site.start();
    site.subscribe(daemon);
    CHECK(site.still_serves(daemon) == "");
    site.portal.control("POST", "/sns/unsubscribe", {{"endpoint", site.endpoint()}});
    CHECK(daemon.says("error topic subscription: gone", kWithin));
    CHECK(daemon.says("aws sns subscribe", kWithin));
    CHECK(subscription_of(site) == "gone");
    const json counts = site.counts();
    CHECK(counts.at("unsubscribe_visits") == 0);
    CHECK(counts.at("confirmations") == 1);
    site.portal.control("POST", "/touch", {{"count", 5}});
    CHECK(site.agency.follows(daemon, site.portal, kWithin) == "");
    CHECK(site.agency.stop(daemon).code == 0);

    Process again = site.start();
    CHECK(again.says("topic subscription: gone since", kWithin));
    site.subscribe(again);
    CHECK(subscription_of(site) == "confirmed");
    CHECK(site.still_serves(again) == "");
    CHECK(site.agency.stop(again).code == 0);
}

TEST_CASE("with confirm: false a subscription stays pending until it is switched on") {
    EventSite site({.sns = {.confirm = false}});
    Process daemon = site.start();
    site.portal.control("POST", "/sns/subscribe", {{"endpoint", site.endpoint()}});
    CHECK(daemon.says("topic subscription: pending; sns.confirm is off", kWithin));
    CHECK(subscription_of(site) == "pending");
    const auto ended = [&] { return site.counts().at("pending") == 0; };
    CHECK(daemon.wait_until(ended, kWithin));
    CHECK(site.counts().at("delivered") == 1);  // 200: a retry would change nothing
    CHECK(site.counts().at("confirmations") == 0);

    site.sns->confirm = true;
    site.reload(daemon);
    site.subscribe(daemon);
    CHECK(subscription_of(site) == "confirmed");
    CHECK(site.still_serves(daemon) == "");
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("Basic credentials are requested by a 401, and required for every message") {
    EventSite site({.sns = {.basic_auth = true}});
    Process daemon = site.start();
    site.portal.control("POST", "/sns/subscribe", {{"endpoint", site.endpoint("sns:wrong")}});
    const auto refused = [&] { return site.counts().at("refused") == 1; };
    CHECK(daemon.wait_until(refused, kWithin));
    CHECK(subscription_of(site) == "none");
    CHECK(site.counts().at("confirmations") == 0);

    const std::string reply = [&] {
        WireClient client(site.port(), WireClient::Wire::tls);
        client.send(post_text("/sns", "{}"));
        return client.reply();
    }();
    CHECK(status_of(reply) == 401);
    CHECK(reply.find("\r\nWWW-Authenticate: Basic realm=") != std::string::npos);

    // In the format of a URL.
    site.subscribe(daemon, "sns:Kx7%20system%3A%20test%40password%2F61c5");
    CHECK(site.still_serves(daemon) == "");
    CHECK(site.counts().at("challenged").get<int>() >= 3);
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("the refusal of raw delivery names the setting to change") {
    EventSite site;
    Process daemon = site.start();
    const std::string arn =
        site.portal.control("POST", "/sns/subscribe", {{"endpoint", site.endpoint()}, {"raw", true}})
            .at("subscription_arn");
    const auto confirmed = [&] { return site.counts().at("confirmations") == 1; };
    REQUIRE(daemon.wait_until(confirmed, kWithin));
    const Delivery end = site.ends(daemon, site.submit({{"count", 1}})).front();
    CHECK(end.end == "refused");
    CHECK(end.status == 400);
    CHECK(daemon.says("--attribute-name RawMessageDelivery --attribute-value false", kWithin));
    CHECK(read_events(site.agency.store_path()).empty());
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("--check and startup name an unusable file of the endpoint: 78") {
    struct Breakage {
        std::string file;
        std::string text;
        mode_t mode;
    };
    EventSite site({.sns = {.basic_auth = true}});
    const std::string certificate = read_text(site.certificate_path());
    const std::string key = read_text(site.private_key_path());
    const std::string credentials = read_text(site.credentials_path());
    CHECK(site.agency.check().code == 0);
    site.issue("another");
    const std::string other_key = read_text(site.private_key_path());
    const auto fix = [&] {
        for (const auto& [path, text] :
             {std::pair(site.certificate_path(), certificate), std::pair(site.private_key_path(), key),
              std::pair(site.credentials_path(), credentials)}) {
            ::unlink(path.c_str());
            write_text(path, text);
            ::chmod(path.c_str(), 0600);
        }
    };
    const Breakage breakages[] = {
        {site.certificate_path(), "", 0},
        {site.certificate_path(), "this is no certificate\n", 0644},
        {site.certificate_path(), key, 0644},
        {site.private_key_path(), "", 0},
        {site.private_key_path(), certificate, 0600},
        {site.private_key_path(), other_key, 0600},
        {site.credentials_path(), "", 0},
        {site.credentials_path(), "\n", 0600},
        {site.credentials_path(), credentials, 0644},
    };
    for (const Breakage& breakage : breakages) {
        INFO(breakage.file << " holds: " << breakage.text.substr(0, 30));
        fix();
        ::unlink(breakage.file.c_str());
        if (breakage.mode != 0) {
            write_text(breakage.file, breakage.text);
            ::chmod(breakage.file.c_str(), breakage.mode);
        }
        for (const std::vector<std::string>& options :
             std::vector<std::vector<std::string>>{{"--check"}, {}}) {
            const Run run = site.agency.run(options);
            INFO(run.err);
            CHECK(run.code == 78);
            CHECK(run.says(breakage.file));
        }
    }
    fix();
    CHECK(site.agency.check().code == 0);
}

TEST_CASE("a reload with another certificate loses no request, and an invalid one changes nothing") {
    EventSite site;
    Process daemon = site.start();
    site.subscribe(daemon);
    CHECK(peer_name(site) == "the endpoint");
    std::vector<std::string> messages;
    for (const std::string name : {"the second", "the third"}) {
        const std::vector<std::string> under_way = site.submit({{"count", 300}});
        messages.insert(messages.end(), under_way.begin(), under_way.end());
        site.issue(name);
        site.reload(daemon);
        CHECK(peer_name(site) == name);
    }
    for (const Delivery& end : site.ends(daemon, messages)) {
        CHECK(end.status == 200);
        CHECK(end.attempts == 1);
    }
    CHECK(site.become(daemon, messages, "settled") == "");

    write_text(site.certificate_path(), "this is no certificate\n");
    daemon.send(SIGHUP);
    CHECK(daemon.says("reload refused, the current settings stay in use", kWithin));
    CHECK(daemon.err().find(site.certificate_path()) != std::string::npos);
    CHECK(peer_name(site) == "the third");
    CHECK(site.still_serves(daemon) == "");
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("a replaced certificate is used automatically, and an unusable one is reported") {
    EventSite site;
    Process daemon = site.start();
    site.subscribe(daemon);
    const auto seen = [&](const std::string& name) {
        return daemon.wait_until([&] { return peer_name(site) == name; }, kWithin);
    };
    const std::vector<std::string> messages = site.submit({{"count", 100}});
    site.issue("the second");
    CHECK(seen("the second"));
    for (const Delivery& end : site.ends(daemon, messages)) {
        CHECK(end.status == 200);
        CHECK(end.attempts == 1);
    }
    write_text(site.certificate_path(), "this is no certificate\n");
    CHECK(daemon.says("file changed but is unusable, previous content stays in use", kWithin));
    CHECK(peer_name(site) == "the second");
    site.issue("the third");
    CHECK(seen("the third"));
    CHECK(site.still_serves(daemon) == "");
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("topics and the whole endpoint are added and removed by a reload") {
    EventSite site({.poll_every = "1s"});
    Process daemon = site.start();
    site.subscribe(daemon);
    const SiteSns before = *site.sns;
    site.sns->topic += "-other";
    site.reload(daemon);
    const std::vector<std::string> foreign = site.submit({{"count", 1}});
    CHECK(site.ends(daemon, foreign).front().status == 403);
    site.sns = before;
    site.reload(daemon);
    CHECK(site.still_serves(daemon) == "");

    site.keep_port();
    const SiteSns kept = *site.sns;
    site.sns.reset();
    site.reload(daemon);
    CHECK_THROWS_AS(WireClient(site.port(), WireClient::Wire::plain), boost::system::system_error);
    site.portal.control("POST", "/touch", {{"count", 5}, {"silent", true}});
    CHECK(site.agency.follows(daemon, site.portal, kWithin) == "");

    site.sns = kept;
    site.reload(daemon);
    CHECK(site.still_serves(daemon) == "");
    CHECK_FALSE(read_events(site.agency.store_path()).contains(foreign.front()));
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("an ended subscription makes the service not ready, until a reload removes the endpoint") {
    EventSite site({.poll_every = "1s", .api = "127.0.0.1:0"});
    Process daemon = site.start();
    site.subscribe(daemon);
    REQUIRE(becomes_ready(daemon));
    site.portal.control("POST", "/sns/unsubscribe", {{"endpoint", site.endpoint()}});
    const auto gone = [&] { return not_ready_for(daemon).find("is gone") != std::string::npos; };
    CHECK(daemon.wait_until(gone, kWithin));
    site.sns.reset();
    site.reload(daemon);
    CHECK(becomes_ready(daemon));
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("a reload that needs the endpoint's own port in another mode reports that a restart is required") {
    EventSite site;
    Process daemon = site.start();
    site.keep_port();
    CHECK(site.agency.stop(daemon).code == 0);
    Process fixed = site.start();
    site.subscribe(fixed);
    const SiteSns before = *site.sns;
    site.sns->tls = false;
    site.write_config();
    fixed.send(SIGHUP);
    CHECK(fixed.says("reload refused, the current settings stay in use", kWithin));
    CHECK(fixed.says("; if the endpoint itself uses that port, the change requires a restart", kWithin));
    site.sns = before;
    CHECK(site.still_serves(fixed) == "");
    CHECK(site.agency.stop(fixed).code == 0);
}

TEST_CASE("SIGTERM while a certificate host does not respond ends the service cleanly and in time") {
    EventSite site;
    Process daemon = site.start();
    site.subscribe(daemon);
    site.publish({{"count", 3}, {"fault", "cert-silent"}});
    const auto asked = [&] { return site.counts().at("wrong_certificate_fetches").get<int>() > 0; };
    REQUIRE(daemon.wait_until(asked, kWithin));
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("without TLS, behind a proxy; --once opens no endpoint; an address in use is reported") {
    EventSite site({.sns = {.tls = false}});
    Process daemon = site.start();
    site.subscribe(daemon);
    CHECK(site.still_serves(daemon) == "");

    // Another agency that uses the same address.
    EventSite other;
    other.sns->listen = "127.0.0.1:" + std::to_string(site.port());
    other.write_config();
    const Run once = other.agency.once();
    INFO(once.err);
    CHECK(once.code == 0);
    CHECK_FALSE(once.says("SNS endpoint listening"));
    CHECK(other.agency.broken_promise(other.portal) == "");
    const Run taken = other.agency.run({});
    INFO(taken.err);
    CHECK(taken.code == 78);
    CHECK(taken.says(other.sns->listen));
    CHECK(taken.says("address already in use"));
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("SIGTERM during requests: events acknowledged with 200 are stored, the others are sent again") {
    EventSite site({.portal = {"--sns-connections", "200", "--sns-retries", "100"}});
    Process daemon = site.start();
    site.keep_port();
    site.subscribe(daemon);
    const std::vector<std::string> messages = site.submit({{"count", 3000}});
    const auto some = [&] { return site.counts().at("delivered").get<std::size_t>() > 20; };
    REQUIRE(daemon.wait_until(some, kWithin));
    CHECK(site.agency.stop(daemon).code == 0);

    const Deliveries ended = site.portal.deliveries();
    CHECK(ended.size() < messages.size());
    const ReadEvents held = read_events(site.agency.store_path());
    for (const std::string& id : messages) {
        const auto found = ended.find(id);
        if (found == ended.end()) continue;
        CHECK(found->second.status == 200);
        CHECK(held.contains(id));
    }
    const json statuses = site.counts().at("statuses");
    for (const auto& [status, count] : statuses.items()) {
        INFO(status << ": " << count);
        CHECK((status == "200" || status == "503" || status == "0"));
    }
    Process again = site.start();
    for (const Delivery& end : site.ends(again, messages))
        CHECK(end.status == 200);
    CHECK(site.become(again, messages, "settled") == "");
    CHECK(site.agency.stop(again).code == 0);
    CHECK(site.agency.broken_promise(site.portal) == "");
}
