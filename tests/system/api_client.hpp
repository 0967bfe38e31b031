// The daemon's API and carecloudctl, as its operator uses them.
//
//     Agency agency(AgencyConfig{.base_url = portal.base_url(), .more = kApiLine});
//     Process daemon = agency.start();
//     REQUIRE(becomes_ready(daemon));
//     CHECK(metric(daemon, "carecloud_doubted") == 0);
//     CHECK(ctl(agency, daemon, {"sync"}).code == 0);
//
// Used from one thread. What does not answer throws.
#pragma once

#include "system/agency.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace carecloud {

// Of the configuration: the API at a port of the kernel's choice, which the log names.
inline constexpr const char* kApiLine = "api: { listen: 127.0.0.1:0 }\n";

// Where the daemon listens on 127.0.0.1.
std::uint16_t api_port(Process& daemon);
// One request at the place where the daemon listens now; the whole answer.
std::string ask_api(Process& daemon, const std::string& method, const std::string& target);
// The status alone, and the body of a 200 or of what else the target answers with JSON.
int api_status(Process& daemon, const std::string& target);
nlohmann::json api_json(Process& daemon, const std::string& target);

// Until /readyz is 200.
bool becomes_ready(Process& daemon);
// The reasons of /readyz, joined; empty: it is ready.
std::string not_ready_for(Process& daemon, const std::string& query = {});
// The value of the sample with exactly that name, labels included; NaN: there is none.
double metric(Process& daemon, const std::string& sample);

// carecloudctl with these words, to its end.
Run ctl(const Agency& agency, Process& daemon, std::vector<std::string> words);

// Requests that the portal has had, and records that it has sent.
std::uint64_t requests_to(PortalProcess& portal);
std::uint64_t records_sent_by(PortalProcess& portal);

// As the portal writes an instant, that many seconds from now.
std::string instant_in(double seconds);
// A record of claim_attendance that is valid at the portal. `more`: members besides.
nlohmann::json record_of(const std::string& id, const std::string& modified,
                         const nlohmann::json& more = nlohmann::json::object());

}  // namespace carecloud
