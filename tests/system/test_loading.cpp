// Long loads in ranges: their progress, and a kill during one.
#include "system/api_client.hpp"
#include "system/store_reader.hpp"

#include <csignal>
#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

nlohmann::json loading_of(Process& daemon) {
    return api_json(daemon, "/v1/status").at("streams").at(0).at("loading");
}

// About 450 pages, each of which takes 0.3 s: two minutes one after the other.
struct LoadSite {
    PortalProcess portal{{"--records", "9000", "--batch", "3", "--latency", "0.3"}};
    Agency agency{AgencyConfig{.base_url = portal.base_url(), .page_size = 20, .more = kApiLine}};
};

}  // namespace

TEST_CASE(
    "the progress of a load is shown by the status, the page and the log, and it takes a fraction of the "
    "time") {
    LoadSite site;
    const auto begun = std::chrono::steady_clock::now();
    Process daemon = site.agency.start();
    REQUIRE(daemon.says("API listening", kWithin));
    nlohmann::json loading;
    const auto is_loading = [&] {
        loading = loading_of(daemon);
        return !loading.is_null() && loading.at("records") > 1000;
    };
    REQUIRE(daemon.wait_until(is_loading, kWithin));
    CHECK(loading.at("expected") > 8000);
    CHECK(loading.at("per_second") > 100.0);
    CHECK(loading.at("seconds_left").is_number());
    CHECK_THAT(loading.at("text").get<std::string>(),
               Contains(" of 8,9") && Contains(" %), ") && Contains("/s, "));
    CHECK_THAT(ask_api(daemon, "GET", "/"), Contains("loading: ") && Contains(" left</p>"));
    REQUIRE(becomes_ready(daemon));
    CHECK(std::chrono::steady_clock::now() - begun < 60s);
    CHECK(loading_of(daemon).is_null());
    CHECK(daemon.says("loading: ", 1s));
    CHECK(site.agency.broken_promise(site.portal) == "");
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("a load that is killed continues with the ranges that were not finished") {
    LoadSite site;
    Process killed = site.agency.start();
    REQUIRE(killed.says("API listening", kWithin));
    const auto is_loading = [&] {
        const nlohmann::json loading = loading_of(killed);
        return !loading.is_null() && loading.at("records") > 3000;
    };
    REQUIRE(killed.wait_until(is_loading, kWithin));
    killed.send(SIGKILL);
    killed.wait(kWithin);
    const int held = std::stoi(select_text(site.agency.store_path(), "SELECT count(*) FROM records"));
    CHECK(held > 2000);
    CHECK(held < 9000);
    CHECK(select_text(site.agency.store_path(), "SELECT ranges <> '' FROM streams") == "1");
    const Run run = site.agency.once();
    REQUIRE(run.code == 0);
    CHECK(site.agency.broken_promise(site.portal) == "");
    CHECK(select_text(site.agency.store_path(), "SELECT count(*) FROM changes") == "9000");
}
