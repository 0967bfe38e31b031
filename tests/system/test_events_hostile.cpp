// Input that must do no harm, on the running daemon's own TLS socket. After each, a valid event gets its 200 and is
// settled. Slow senders and timeouts are covered by the server's tests (unit/net).
#include "portal/publisher_faults.hpp"
#include "system/event_site.hpp"
#include "system/programs.hpp"
#include "system/wire_client.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using nlohmann::json;
using Wire = WireClient::Wire;

namespace {

// The expected status of a message with that fault. SNS retries only after a 503.
const std::map<std::string_view, int> kAnswers = {
    {"bad-base64", 400},
    {"bad-timestamp", 400},
    {"bad-utf8", 400},
    {"bad-version", 400},
    {"cert-400", 503},
    {"cert-404", 503},
    {"cert-500", 503},
    {"cert-empty", 503},
    {"cert-expired", 503},
    {"cert-garbage", 503},
    {"cert-not-yet-valid", 503},
    {"cert-other-authority", 503},
    {"cert-other-name", 503},
    {"cert-silent", 503},
    {"cert-two-blocks", 503},
    {"cert-xml", 503},
    {"control-subject", 400},
    {"cut-body", 400},
    {"deep-json", 400},
    {"duplicate-key", 400},
    {"foreign-host", 403},
    {"forged-signature", 403},
    {"header-topic", 400},
    {"header-type", 400},
    {"http-url", 403},
    {"huge", 413},
    {"lambda-casing", 400},
    {"late", 200},
    {"lost", 0},
    {"made-up-host", 403},
    {"no-message-id", 400},
    {"no-signature", 400},
    {"not-an-event", 200},
    {"not-an-object", 400},
    {"null-subject", 200},
    {"number-message", 400},
    {"other-event", 200},
    {"other-path", 403},
    {"other-topic", 403},
    {"other-type", 400},
    {"other-workspace", 200},
    {"out-of-order", 200},
    {"raw", 400},
    {"short-signature", 403},
    {"subject", 200},
    {"twice", 200},
    {"unknown-record", 200},
    {"url-port", 403},
    {"url-user", 403},
};

// A site whose daemon has accepted one message, whose body is kept: sent again it gets 200 without further requests.
struct Served {
    explicit Served(SiteOptions options = {}) : site(std::move(options)), daemon(site.start()) {
        site.subscribe(daemon);
        const std::vector<std::string> first = site.submit({{"count", 1}});
        REQUIRE(site.become(daemon, first, "settled") == "");
        good = read_events(site.agency.store_path()).at(first.front()).body;
    }

    WireClient client(Wire wire = Wire::tls) const { return {site.port(), wire}; }
    // The response to these bytes, alone on a connection.
    std::string answer(const std::string& bytes) const {
        WireClient asking = client();
        asking.send(bytes);
        return asking.reply();
    }
    void is_well() {
        CHECK(status_of(answer(post_text("/sns", good))) == 200);
        CHECK(site.still_serves(daemon) == "");
    }

    EventSite site;
    Process daemon;
    std::string good;
};

}  // namespace

TEST_CASE(
    "every message that is forged, malformed or has an unknown certificate is refused without side effects") {
    Served served;
    EventSite& site = served.site;
    site.portal.control("POST", "/sns/settings", {{"retries", 0}, {"late_ms", 50}});
    std::size_t taken = read_events(site.agency.store_path()).size();
    for (const FaultName& fault : publisher_fault_names()) {
        INFO(fault.name << ": " << fault.what);
        REQUIRE(kAnswers.contains(fault.name));
        const int wanted = kAnswers.at(fault.name);
        const std::vector<std::string> ids = site.publish({{"count", 1}, {"fault", fault.name}});
        CHECK(site.ends(served.daemon, ids).front().status == wanted);
        CHECK(read_events(site.agency.store_path()).contains(ids.front()) == (wanted == 200));
        CHECK(site.still_serves(served.daemon) == "");
        taken += wanted == 200 ? 2 : 1;
        CHECK(read_events(site.agency.store_path()).size() == taken);
    }
    CHECK(site.counts().at("certificate_fetches") == 1);
    CHECK(site.agency.stop(served.daemon).code == 0);
}

TEST_CASE("forged subscriptions and unsubscriptions have no effect") {
    EventSite site;
    Process daemon = site.start();
    std::size_t refused = 0;
    for (const char* const fault :
         {"forged-signature", "bad-version", "other-topic", "foreign-host", "http-url", "duplicate-key",
          "no-signature", "header-topic", "other-type"}) {
        INFO(fault);
        site.portal.control("POST", "/sns/subscribe", {{"endpoint", site.endpoint()}, {"fault", fault}});
        ++refused;
        const auto ended = [&] { return site.counts().at("refused") == refused; };
        CHECK(daemon.wait_until(ended, kWithin));
    }
    CHECK(site.counts().at("confirmations") == 0);
    CHECK(site.counts().at("confirmations_refused") == 0);
    CHECK(read_subscriptions(site.agency.store_path()).empty());
    site.subscribe(daemon);
    CHECK(site.still_serves(daemon) == "");
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("requests that are not from SNS") {
    Served served;
    const std::string& good = served.good;
    const std::string host = "Host: 127.0.0.1\r\n\r\n";
    std::string with_nul = good;
    with_nul.insert(with_nul.find('{') + 1, 1, '\0');
    std::string not_utf8 = good;
    not_utf8.insert(not_utf8.find("\"Message\" : \"") + 13, "\xc3\x28");
    std::string nested;
    for (int i = 0; i < 10'000; ++i)
        nested += R"({"Type":)";
    const struct {
        const char* what;
        std::string bytes;
        int status;
    } cases[] = {
        {"another path", post_text("/", good), 404},
        {"a path below", post_text("/sns/", good), 404},
        {"a path that climbs", post_text("/sns/../sns", good), 404},
        {"GET", "GET /sns HTTP/1.1\r\n" + host, 405},
        {"DELETE", "DELETE /sns HTTP/1.1\r\n" + host, 405},
        {"a method of nobody", "BREW /sns HTTP/1.1\r\n" + host, 405},
        {"no body", post_text("/sns", ""), 400},
        {"NUL in the body", post_text("/sns", with_nul), 400},
        {"a body of NUL", post_text("/sns", std::string(1000, '\0')), 400},
        {"a body that is not UTF-8", post_text("/sns", not_utf8), 400},
        {"objects, 10,000 deep", post_text("/sns", nested), 400},
        {"arrays, 1,000,000 deep", post_text("/sns", std::string(1'000'000, '[')), 400},
        {"a body of 2 MiB + 1 byte", post_text("/sns", std::string((2U << 20U) + 1, ' ')), 413},
        {"a header of 64 KiB", post_text("/sns", good, "X-Long: " + std::string(65'536, 'x') + "\r\n"), 431},
        {"a target of 64 KiB", post_text("/sns?" + std::string(65'536, 'x'), good), 431},
        {"NUL in a header", post_text("/sns", good, std::string("X-Nul: a\0b\r\n", 12)), 400},
        {"two lengths", post_text("/sns", good, "Content-Length: 5\r\n"), 400},
        {"a length and chunks", post_text("/sns", good, "Transfer-Encoding: chunked\r\n"), 400},
        {"no HTTP at all", "hello\r\n\r\n", 400},
    };
    for (const auto& one : cases) {
        INFO(one.what);
        const std::string reply = served.answer(one.bytes);
        INFO(reply);
        CHECK(status_of(reply) == one.status);
        if (one.status == 405) CHECK(reply.find("\r\nAllow: POST\r\n") != std::string::npos);
        served.is_well();
    }
    CHECK(served.site.agency.stop(served.daemon).code == 0);
}

TEST_CASE("abnormal connections") {
    Served served;
    const std::string good = post_text("/sns", served.good);
    SECTION("garbage instead of TLS") {
        WireClient garbage = served.client(Wire::plain);
        garbage.send(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9) + std::string(600, '\xee'));
        garbage.rest();
        WireClient noise = served.client(Wire::plain);
        noise.send(std::string(4096, '\xff'));
        CHECK(status_of(noise.rest()) == 0);
    }
    SECTION("plain HTTP on the TLS port") {
        WireClient plain = served.client(Wire::plain);
        plain.send(good);
        const std::string reply = plain.rest();
        CHECK(status_of(reply) == 400);
        CHECK(reply.find("https://") != std::string::npos);
    }
    SECTION("finite-field key exchange, which costs as much as a hundred ordinary handshakes") {
        for (const char* const group : {"ffdhe2048", "ffdhe8192"}) {
            INFO(group);
            CHECK_THROWS_AS(WireClient(served.site.port(), Wire::tls, group), boost::system::system_error);
        }
    }
    SECTION("half-closed: the request is answered") {
        WireClient half = served.client();
        half.send(good);
        half.end_sending();
        CHECK(status_of(half.reply()) == 200);
    }
    SECTION("closed during a handshake, a head, a body") {
        served.client(Wire::plain).send("\x16\x03\x01");
        served.client().send(good.substr(0, 60));
        served.client().send(good.substr(0, good.size() - 10));
    }
    SECTION("pipelined: valid requests are answered in order, up to the first invalid one") {
        WireClient many = served.client();
        many.send(good + good + post_text("/other", "x") + good + "nonsense\r\n\r\n" + good);
        for (const int status : {200, 200, 404, 200, 400})
            CHECK(status_of(many.reply()) == status);
        CHECK(many.rest().empty());
    }
    SECTION("a hundred unfinished heads and bodies do not delay others") {
        std::vector<WireClient> slow;
        for (std::size_t i = 0; i < 100; ++i) {
            slow.push_back(served.client());
            slow.back().send(good.substr(0, i % 2 == 0 ? 40 : good.size() - 1));
        }
        served.is_well();
    }
    served.is_well();
    CHECK(served.site.agency.stop(served.daemon).code == 0);
}

TEST_CASE("a thousand idle connections are limited, and others are served") {
    Served served;
    std::vector<WireClient> idle;
    for (int i = 0; i < 1000; ++i)
        idle.push_back(served.client(i % 10 == 0 ? Wire::tls : Wire::plain));
    const auto closed = [&] {
        return std::count_if(idle.begin(), idle.end(), [](WireClient& client) { return client.closed(); });
    };
    CHECK(served.daemon.wait_until([&] { return closed() >= 1000 - 256; }, kWithin));
    served.is_well();
    CHECK(served.site.agency.stop(served.daemon).code == 0);
}

TEST_CASE(
    "large bodies on every connection use little of the unit's MemoryMax=, and genuine messages are "
    "accepted") {
    Served served(SiteOptions{.sns = {.tls = false}});
    const std::string status = "/proc/" + std::to_string(served.daemon.pid()) + "/status";
    const auto peak_mib = [&] {
        const std::string text = read_text(status);
        return std::stoul(text.substr(text.find("VmHWM:") + 6)) / 1024;
    };
    const auto before = peak_mib();
    const std::string head = "POST /sns HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2097152\r\n\r\n";
    const std::string body(2'000'000, '[');
    std::vector<WireClient> strangers;
    for (int i = 0; i < 250; ++i) {
        strangers.push_back(served.client(Wire::plain));
        if (strangers.back().send(head)) strangers.back().send(body);
    }
    WireClient honest = served.client(Wire::plain);
    honest.send(post_text("/sns", served.good));
    CHECK(status_of(honest.reply()) == 200);
    CHECK(served.site.still_serves(served.daemon) == "");

    const std::string unit =
        read_text(std::string(std::getenv("CARECLOUD_SOURCE_DIR")) + "/systemd/carecloud-syncd.service");
    CHECK(unit.find("\nMemoryMax=1G\n") != std::string::npos);
    const auto peak = peak_mib();
    INFO("MiB before " << before << ", at the peak " << peak);
    if (!programs_are_sanitized()) CHECK(peak - before < 64);
    if (!programs_are_sanitized()) CHECK(peak < 256);
    strangers.clear();
    CHECK(served.site.agency.stop(served.daemon).code == 0);
}

TEST_CASE("with Basic authentication an unauthenticated body is not read: the response is sent before it") {
    EventSite site(SiteOptions{.sns = {.basic_auth = true}});
    Process daemon = site.start();
    WireClient stranger(site.port(), Wire::tls);
    stranger.send("POST /sns HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000000\r\n\r\n");
    CHECK(status_of(stranger.reply()) == 401);
    WireClient elsewhere(site.port(), Wire::tls);
    elsewhere.send("POST /other HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000000\r\n\r\n");
    CHECK(status_of(elsewhere.reply()) == 404);
    CHECK(site.agency.stop(daemon).code == 0);
}
