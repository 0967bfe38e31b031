// No secrets or personal data are logged, at any level. Every other test checks that too (agency.cpp); here are the
// most likely responses.
#include "system/agency.hpp"

#include <csignal>
#include <sstream>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// Invalid responses whose first bytes are those of records.
constexpr const char* kTempting[] = {"not-json",        "cut",         "length", "duplicate-key", "gzip-cut",
                                     "wrong-workspace", "duplicate-id"};

// An error line names no record: its text is shown as a reason by the state, the page and /readyz.
bool error_names_one(const std::string& err, const Listing& records) {
    std::istringstream lines(err);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("code=") == std::string::npos && line.find("\"CODE\"") == std::string::npos) continue;
        for (const auto& [id, version] : records) {
            if (line.find(id) != std::string::npos) return true;
        }
    }
    return false;
}

}  // namespace

TEST_CASE("the search finds what it is supposed to find") {
    CHECK(secret_in("x-api-key: " + Agency::key()) == Agency::key());
    CHECK(secret_in(R"({"childName":"Pip Testington"})") == "Pip Testington");
    CHECK(secret_in("data:image/png;base64,iVBORw0KGgoAAAA") == "iVBORw0KGgo");
    CHECK(secret_in("claim_attendance 65f35b06e30c8a2e4578d118") == "");
}

TEST_CASE("an invalid response is reported without its content") {
    for (const char* const format : {"text", "json"}) {
        for (const char* const fault : kTempting) {
            INFO(fault << " as " << format);
            PortalProcess portal({"--records", "40", "--shape", "full", "--no-gzip"});
            Agency agency(AgencyConfig{.base_url = portal.base_url(), .page_size = 1});
            std::string text = agency.config_text();
            const std::string log = "log: { level: trace }";
            text.replace(text.find(log), log.size(),
                         std::string("log: { level: trace, format: ") + format + " }");
            write_text(agency.config_path(), text);
            REQUIRE(agency.run({"--check"}).code == 0);
            portal.fault(fault, 1);
            Process daemon = agency.start();
            const auto is_reported = [&] {
                // Another workspace ends the pass at the first response.
                return portal.suffered(fault) >= 2 ||
                       daemon.err().find("wrong_workspace") != std::string::npos;
            };
            REQUIRE(daemon.wait_until(is_reported, kWithin));
            daemon.send(SIGTERM);
            const Run run = agency.said(daemon, daemon.wait(kStopWithin).code);
            CHECK(run.says("stopped"));
            CHECK(run.code == 0);
            CHECK(secret_in(run.err) == "");
            CHECK_FALSE(error_names_one(run.err, portal.listing("claim_attendance")));
        }
    }
}
