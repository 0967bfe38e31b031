// The status page of the real daemon in a real browser, headless Chromium: each state as users see it, automatic
// refresh, and that its policy blocks nothing that it needs.
//
// CARECLOUD_PICTURES=DIR saves screenshots of each state there: wide and narrow, light and dark.
#include "system/agency.hpp"
#include "system/wire_client.hpp"

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

std::uint16_t page_port(Process& daemon) {
    if (!daemon.says("API listening", kWithin))
        throw std::runtime_error("it does not listen: " + daemon.err());
    const std::string said = daemon.err();
    const std::string address = "address=127.0.0.1:";
    return static_cast<std::uint16_t>(std::stoi(said.substr(said.find(address) + address.size(), 5)));
}

std::string fetched(std::uint16_t port, const std::string& method, const std::string& target) {
    WireClient client(port, WireClient::Wire::plain);
    client.send(method + " " + target +
                " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return client.reply();
}

std::vector<std::string> chromium(const TempDir& dir, std::vector<std::string> more) {
    // Through a shell: /usr/bin/chromium is a script.
    std::vector<std::string> arguments{"/bin/sh",
                                       "-c",
                                       "exec chromium \"$@\"",
                                       "chromium",
                                       "--headless=new",
                                       "--no-sandbox",
                                       "--disable-gpu",
                                       "--disable-dev-shm-usage",
                                       "--disable-background-networking",
                                       "--disable-component-update",
                                       "--hide-scrollbars",
                                       "--no-first-run",
                                       "--enable-logging=stderr",
                                       "--user-data-dir=" + dir.file("browser")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

// Runs it to completion; returns its output, which must contain no complaint of the page's policy or script.
std::string browsed(const TempDir& dir, std::vector<std::string> more) {
    Process browser({.arguments = chromium(dir, std::move(more)), .output = dir.file("page")});
    const Ended end = browser.wait(kWithin);
    INFO(browser.err());
    CHECK(end.code == 0);
    CHECK(browser.err().find("Content Security Policy") == std::string::npos);
    CHECK(browser.err().find("Uncaught") == std::string::npos);
    return browser.out();
}

void take_pictures(const TempDir& dir, const std::string& url, const std::string& name) {
    const char* const folder = std::getenv("CARECLOUD_PICTURES");
    if (!folder) return;
    for (const char* const size : {"1280,1000", "390,1400"}) {
        for (const char* const scheme : {"light", "dark"}) {
            const std::string width(size, 0, std::string(size).find(','));
            browsed(dir,
                    {"--window-size=" + std::string(size),
                     std::string("--blink-settings=preferredColorScheme=") + (*scheme == 'd' ? "0" : "1"),
                     "--screenshot=" + std::string(folder) + "/" + name + "-" + width + "-" + scheme + ".png",
                     url});
        }
    }
}

struct PageSite {
    explicit PageSite(const std::vector<std::string>& portal_options, const std::string& rate = {},
                      int page_size = 1000)
        : portal(portal_options),
          agency(AgencyConfig{.base_url = portal.base_url(), .page_size = page_size, .poll_every = "1s"}) {
        std::string text = agency.config_text() + "api: { listen: 127.0.0.1:0 }\n";
        const std::string fast = "per_second: 1000, burst: 1000";
        if (!rate.empty()) text.replace(text.find(fast), fast.size(), rate);
        write_text(agency.config_path(), text);
    }

    // Starts it, or starts it again.
    void start() {
        daemon.emplace(agency.start());
        port = page_port(*daemon);
        url = "http://127.0.0.1:" + std::to_string(port) + "/";
    }
    bool becomes(const std::string& words) {
        return daemon->wait_until([&] { return fetched(port, "GET", "/").find(words) != std::string::npos; },
                                  kWithin);
    }
    // The page in the browser once its script has started.
    std::string seen(const std::string& name) {
        const std::string page = browsed(dir, {"--dump-dom", url});
        take_pictures(dir, url, name);
        return page;
    }

    TempDir dir;
    PortalProcess portal;
    Agency agency;
    std::optional<Process> daemon;
    std::uint16_t port = 0;
    std::string url;
};

bool has(const std::string& page, const std::string& words) {
    INFO(page);
    CHECK(page.find(words) != std::string::npos);
    return page.find(words) != std::string::npos;
}

// The titles of the pages in the browser, through its debugging port.
std::string titles(std::uint16_t port) {
    const std::string reply = fetched(port, "GET", "/json/list");
    const std::size_t body = reply.find("\r\n\r\n");
    if (body == std::string::npos) return {};
    std::string all;
    for (const auto& page : nlohmann::json::parse(reply.substr(body + 4)))
        all += "[" + page.at("title").get<std::string>() + "]";
    return all;
}

std::uint16_t debugging_port(Process& browser) {
    const std::string words = "DevTools listening on ws://127.0.0.1:";
    if (!browser.says(words, kWithin)) throw std::runtime_error("no browser: " + browser.err());
    const std::string said = browser.err();
    return static_cast<std::uint16_t>(std::stoi(said.substr(said.find(words) + words.size(), 5)));
}

}  // namespace

TEST_CASE("the page shows the progress of a first load") {
    // Enough to still be in progress when a browser on a busy machine loads the page.
    PageSite site({"--records", "20000", "--latency", "0.1"}, "per_second: 4, burst: 12", 10);
    site.start();
    REQUIRE(site.becomes(" left</p>"));
    const std::string page = site.seen("loading");
    has(page, ">loading<");
    has(page, " of 19,");
    has(page, " left</p>");
    site.agency.stop(*site.daemon);
}

TEST_CASE(
    "the page shows that all is well, that the portal is down, and that a reconciliation requires "
    "confirmation") {
    PageSite site({"--records", "2000"});
    site.start();
    REQUIRE(site.becomes("<dd>2,000</dd>"));
    std::string page;
    const auto healthy = [&] {  // between two polls
        page = site.seen("healthy");
        return page.find(">up to date<") != std::string::npos;
    };
    REQUIRE(site.daemon->wait_until(healthy, kWithin));
    has(page, ">ok<");

    site.portal.control("POST", "/delete", {{"count", 400}});
    CHECK(status_of(fetched(site.port, "POST", "/v1/reconcile?entity=claim_attendance")) == 202);
    REQUIRE(site.becomes(">critical<"));
    // Until the confirmation, whatever happens in between.
    site.agency.stop(*site.daemon);
    site.start();
    REQUIRE(site.becomes(">up to date<"));
    CHECK(status_of(fetched(site.port, "GET", "/readyz")) == 503);
    page = site.seen("awaiting_confirmation");
    has(page, ">critical<");
    has(page, ">awaiting_confirmation</span>");
    has(page, "--confirm-deletes");

    site.portal.kill();
    REQUIRE(site.becomes("(unreachable)"));
    page = site.seen("portal-down");
    has(page, "note bad");  // its reconciliation still requires confirmation
    site.agency.stop(*site.daemon);
}

TEST_CASE(
    "the page refreshes automatically: if the service is down it shows that, and continues afterwards") {
    PageSite site({"--records", "20"});
    site.start();
    REQUIRE(site.becomes(">up to date<"));
    Process browser({.arguments = chromium(site.dir, {"--remote-debugging-port=0", site.url}),
                     .output = site.dir.file("live")});
    const std::uint16_t port = debugging_port(browser);
    const auto shows = [&](const std::string& title) {
        return browser.wait_until([&] { return titles(port).find("[" + title + "]") != std::string::npos; },
                                  kWithin);
    };
    CHECK(shows("carecloud-syncd"));
    // Its script has started.
    const auto followed = [&] {
        return fetched(site.port, "GET", "/metrics").find("\ncarecloud_followers 1\n") != std::string::npos;
    };
    REQUIRE(browser.wait_until(followed, kWithin));
    site.agency.stop(*site.daemon);
    CHECK(shows("? carecloud-syncd"));
    std::string text = read_text(site.agency.config_path());
    text.replace(text.find("127.0.0.1:0"), 11, "127.0.0.1:" + std::to_string(site.port));
    write_text(site.agency.config_path(), text);
    site.start();
    CHECK(shows("carecloud-syncd"));
    CHECK(browser.err().find("Content Security Policy") == std::string::npos);
    site.agency.stop(*site.daemon);
}
