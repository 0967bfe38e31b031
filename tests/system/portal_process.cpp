#include "system/portal_process.hpp"

#include "portal/portal_faults.hpp"
#include "system/programs.hpp"

#include <csignal>
#include <cstddef>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace carecloud {
namespace {

using nlohmann::json;
namespace asio = boost::asio;
namespace http = boost::beast::http;

}  // namespace

PortalProcess::PortalProcess(std::vector<std::string> options) : options_(std::move(options)) {
    start("127.0.0.1:0");
}

void PortalProcess::start(const std::string& listen) {
    const std::string port_file = dir_.file("ports.json");
    ::unlink(port_file.c_str());
    std::vector<std::string> arguments{portal_program(), "--listen", listen, "--control", "0",
                                       "--port-file",    port_file};
    arguments.insert(arguments.end(), options_.begin(), options_.end());
    process_.reset();
    process_.emplace(ProcessOptions{.arguments = arguments, .output = dir_.file("portal")});
    const auto listens = [&] { return !read_text(port_file).empty(); };
    if (!process_->wait_until(listens, kWithin))
        throw std::runtime_error("carecloud-portal did not come up: " + process_->err());
    const json ports = json::parse(read_text(port_file));
    base_url_ = ports.at("base_url").get<std::string>();
    ca_file_ = ports.at("ca_file").get<std::string>();
    sns_url_ = ports.value("sns_url", std::string());
    port_ = ports.at("port").get<std::uint16_t>();
    control_port_ = ports.at("control_port").get<std::uint16_t>();
}

// Replaces the initial records by the current ones.
void PortalProcess::keep_documents() {
    std::vector<std::string> kept;
    std::vector<std::string> entities;
    for (std::size_t i = 0; i < options_.size(); ++i) {
        const std::string& option = options_[i];
        if (option == "--entity") entities.push_back(options_[i + 1]);
        if (option == "--records" || option == "--documents")
            ++i;
        else
            kept.push_back(option);
    }
    if (entities.empty()) entities.emplace_back("claim_attendance");
    for (const std::string& entity : entities) {
        const std::string file = dir_.file(entity + ".ndjson");
        write_text(file, text("/records/" + entity));
        kept.insert(kept.end(), {"--documents", entity + "=" + file});
    }
    options_ = std::move(kept);
}

void PortalProcess::kill() {
    keep_documents();
    process_->send(SIGKILL);
    process_->wait(kWithin);
}

void PortalProcess::start_again() {
    start("127.0.0.1:" + std::to_string(port_));
}

std::string PortalProcess::call(const std::string& method, const std::string& target,
                                const std::string& body) {
    asio::io_context io;
    boost::beast::tcp_stream stream(io);
    stream.connect({asio::ip::make_address("127.0.0.1"), control_port_});
    http::request<http::string_body> request(http::string_to_verb(method), target, 11, body);
    request.set(http::field::host, "127.0.0.1");
    request.set(http::field::connection, "close");
    request.prepare_payload();
    http::write(stream, request);
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    http::read(stream, buffer, parser);
    if (parser.get().result_int() != 200)
        throw std::runtime_error(method + " " + target + ": " + parser.get().body());
    return std::move(parser.get().body());
}

json PortalProcess::control(const std::string& method, const std::string& target, const json& body) {
    return json::parse(call(method, target, method == "GET" ? std::string() : body.dump()));
}

Listing PortalProcess::listing(const std::string& entity) {
    Listing listing;
    std::istringstream lines(call("GET", "/records/" + entity + "?keys=1", {}));
    for (std::string line; std::getline(lines, line);) {
        const json shown = json::parse(line);
        listing[shown.at("_id").get<std::string>()] = {shown.at("modified").get<std::string>(),
                                                       shown.at("sha256").get<std::string>()};
    }
    return listing;
}

Deliveries PortalProcess::deliveries() {
    Deliveries deliveries;
    std::istringstream lines(call("GET", "/sns/deliveries", {}));
    for (std::string line; std::getline(lines, line);) {
        const json ended = json::parse(line);
        deliveries.emplace(ended.at("message_id").get<std::string>(),
                           Delivery{.record_id = ended.at("record_id").get<std::string>(),
                                    .end = ended.at("end").get<std::string>(),
                                    .status = ended.at("status").get<int>(),
                                    .attempts = ended.at("attempts").get<unsigned>()});
    }
    return deliveries;
}

void PortalProcess::put(const std::string& document) {
    call("POST", "/put/claim_attendance?now=true", document);
}

void PortalProcess::fault(const std::string& name, double probability) {
    control("POST", "/fault", {{"name", name}, {"probability", probability}});
}

void PortalProcess::fault_all(double probability) {
    for (const FaultName& known : fault_names()) {
        // Excludes content that differs in each response, which never equals the portal's content, and a wait of a
        // month.
        if (known.name == "signed-field" || known.name == "retry-after-month") continue;
        fault(std::string(known.name), probability);
    }
}

std::uint64_t PortalProcess::suffered(const std::string& name) {
    const json counts = control("GET", "/counts");
    return counts.at("faults").value(name, std::uint64_t{0});
}

}  // namespace carecloud
