#include "system/api_client.hpp"

#include "support/real_now.hpp"
#include "system/programs.hpp"
#include "system/wire_client.hpp"

#include <cstdlib>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace carecloud {
namespace {

std::string body_of(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : answer.substr(end + 4);
}

}  // namespace

std::uint16_t api_port(Process& daemon) {
    const std::string listens = "API listening";
    if (!daemon.says(listens, kWithin)) throw std::runtime_error("it does not listen: " + daemon.err());
    const std::string said = daemon.err();
    const std::string address = "address=127.0.0.1:";
    const std::size_t at = said.find(address, said.rfind(listens));
    if (at == std::string::npos) throw std::runtime_error("no address is logged: " + said);
    return static_cast<std::uint16_t>(std::stoi(said.substr(at + address.size(), 5)));
}

std::string ask_api(Process& daemon, const std::string& method, const std::string& target) {
    WireClient client(api_port(daemon), WireClient::Wire::plain);
    client.send(method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
    return client.reply();
}

int api_status(Process& daemon, const std::string& target) {
    return status_of(ask_api(daemon, "GET", target));
}

nlohmann::json api_json(Process& daemon, const std::string& target) {
    return nlohmann::json::parse(body_of(ask_api(daemon, "GET", target)));
}

bool becomes_ready(Process& daemon) {
    return daemon.wait_until([&] { return api_status(daemon, "/readyz") == 200; }, kWithin);
}

std::string not_ready_for(Process& daemon, const std::string& query) {
    const std::string answer = ask_api(daemon, "GET", "/readyz" + query);
    const auto body = nlohmann::json::parse(body_of(answer));
    std::string all;
    for (const auto& reason : body.at("reasons"))
        all += (all.empty() ? "" : "; ") + reason.get<std::string>();
    if (body.at("ready") != all.empty() || (status_of(answer) == 200) != all.empty())
        throw std::runtime_error("/readyz contradicts itself: " + answer);
    return all;
}

double metric(Process& daemon, const std::string& sample) {
    std::istringstream lines(body_of(ask_api(daemon, "GET", "/metrics")));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(sample + " ")) return std::strtod(line.c_str() + sample.size(), nullptr);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

Run ctl(const Agency& agency, Process& daemon, std::vector<std::string> words) {
    words.insert(words.begin(),
                 {ctl_program(), "--url", "http://127.0.0.1:" + std::to_string(api_port(daemon))});
    Process process({.arguments = std::move(words), .output = agency.file("ctl")});
    const int code = process.wait(kWithin).code;
    return {.code = code, .out = process.out(), .err = process.err()};
}

std::uint64_t requests_to(PortalProcess& portal) {
    return portal.control("GET", "/counts").at("total").get<std::uint64_t>();
}

std::uint64_t records_sent_by(PortalProcess& portal) {
    return portal.control("GET", "/counts").at("served").at("records").get<std::uint64_t>();
}

std::string instant_in(double seconds) {
    const auto ticks = static_cast<std::int64_t>(seconds * Timestamp::ticks_per_second);
    return Timestamp{real_now().ticks + ticks}.to_string();
}

nlohmann::json record_of(const std::string& id, const std::string& modified, const nlohmann::json& more) {
    nlohmann::json record{{"_id", id},
                          {"workspace_id", "636eeb5d8029cf0df6932c16"},
                          {"bucket_id", "636eeb5d8029cf0df6932c16"},
                          {"modified", modified}};
    record.update(more);
    return record;
}

}  // namespace carecloud
