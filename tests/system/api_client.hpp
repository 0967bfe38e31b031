// The daemon's API and carecloudctl, as an operator uses them.
//
//     Agency agency(AgencyConfig{.base_url = portal.base_url(), .more = kApiLine});
//     Process daemon = agency.start();
//     REQUIRE(becomes_ready(daemon));
//     CHECK(metric(daemon, "carecloud_doubted") == 0);
//     CHECK(ctl(agency, daemon, {"sync"}).code == 0);
//
// Used from one thread. Throws if there is no response.
#pragma once

#include "system/agency.hpp"

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace carecloud {

// A configuration section: the API on a port chosen by the kernel, which is logged.
inline constexpr const char* kApiLine = "api: { listen: 127.0.0.1:0 }\n";

// The daemon's address on 127.0.0.1.
std::uint16_t api_port(Process& daemon);
// Sends one request to the daemon's current address; returns the complete response.
std::string ask_api(Process& daemon, const std::string& method, const std::string& target);
// Only the status, and the body of a 200 or of any other JSON response.
int api_status(Process& daemon, const std::string& target);
nlohmann::json api_json(Process& daemon, const std::string& target);

// Waits until /readyz is 200.
bool becomes_ready(Process& daemon);
// The reasons of /readyz, joined; empty: it is ready.
std::string not_ready_for(Process& daemon, const std::string& query = {});
// The value of the sample with exactly this name, including its labels; NaN if there is none.
double metric(Process& daemon, const std::string& sample);

// Runs carecloudctl with these arguments, to completion.
Run ctl(const Agency& agency, Process& daemon, std::vector<std::string> words);

// The number of requests that the portal received, and of records that it sent.
std::uint64_t requests_to(PortalProcess& portal);
std::uint64_t records_sent_by(PortalProcess& portal);

// The time this many seconds from now, in the portal's format.
std::string instant_in(double seconds);
// A valid record of claim_attendance. `more`: additional members.
nlohmann::json record_of(const std::string& id, const std::string& modified,
                         const nlohmann::json& more = nlohmann::json::object());

}  // namespace carecloud
