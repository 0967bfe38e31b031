#include "system/agency.hpp"

#include "portal/publisher_identity.hpp"
#include "portal/records.hpp"
#include "system/programs.hpp"

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <stdexcept>
#include <sys/stat.h>
#include <utility>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

// The names used by the portal's invented records.
const std::set<std::string>& names() {
    static const std::set<std::string> kNames = [] {
        std::set<std::string> names;
        for (std::uint64_t i = 0; i < 200; ++i) {
            const auto record = nlohmann::json::parse(make_record(1, i, RecordShape::light));
            names.insert(record.at("childName").get<std::string>());
            names.insert(record.at("providerName").get<std::string>());
        }
        return names;
    }();
    return kNames;
}

// A signature of SNS has 344 characters and a token 256; paths, ids and digests are shorter.
std::string long_word_in(const std::string& text) {
    constexpr std::size_t suspicious = 150;
    std::size_t length = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        length = std::isalnum(c) != 0 || c == '+' || c == '/' || c == '=' ? length + 1 : 0;
        if (length == suspicious) return text.substr(i + 1 - suspicious, suspicious);
    }
    return {};
}

Run run_of(const Process& process, int code) {
    Run run{.code = code, .out = process.out(), .err = process.err()};
    CHECK(secret_in(run.out + run.err) == "");
    return run;
}

}  // namespace

std::string secret_in(const std::string& text) {
    // As it is sent: base64 of "sns:" and the password.
    const std::string credentials = base64_of("sns:" + Agency::password());
    for (const std::string& secret :
         {Agency::key(), Agency::password(), credentials, std::string("iVBORw0KGgo")}) {
        if (text.find(secret) != std::string::npos) return secret;
    }
    for (const std::string& name : names()) {
        if (text.find(name) != std::string::npos) return name;
    }
    return long_word_in(text);
}

std::uint64_t test_seed() {
    const char* given = std::getenv("CARECLOUD_SEED");
    const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "CARECLOUD_SEED=" << seed << std::endl;
    return seed;
}

int test_rounds() {
    const char* given = std::getenv("CARECLOUD_ROUNDS");
    return given ? std::max(1, static_cast<int>(std::strtol(given, nullptr, 10))) : 1;
}

Run run_syncd(const std::vector<std::string>& options, const TempDir& dir) {
    std::vector<std::string> arguments{syncd_program()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Process process({.arguments = arguments, .output = dir.file("bare")});
    const Ended end = process.wait(kWithin);
    Run run = run_of(process, end.code);
    ::unlink(dir.file("bare.out").c_str());
    ::unlink(dir.file("bare.err").c_str());
    return run;
}

Agency::Agency(std::string base_url) : Agency(AgencyConfig{.base_url = std::move(base_url)}) {}

Agency::Agency(AgencyConfig settings) : config(std::move(settings)) {
    write_text(key_path(), key() + "\n");
    ::chmod(key_path().c_str(), 0600);
    write_config();
}

std::string Agency::key() {
    return "Kx7-system-test-key-93bd";
}

std::string Agency::password() {
    return "Kx7 system: test@password/61c5";
}

std::string Agency::config_text() const {
    std::string text = "portal:\n  base_url: " + config.base_url + "\n";
    text += "  workspace_id: \"636eeb5d8029cf0df6932c16\"\n  bucket_id: \"636eeb5d8029cf0df6932c16\"\n";
    text += "  api_key_file: " + key_path() + "\n";
    if (!config.ca_file.empty()) text += "  ca_file: " + config.ca_file + "\n";
    text += "  timeout: " + config.timeout + "\n  page_size: " + std::to_string(config.page_size) + "\n";
    text += "  rate: { " + config.rate + " }\nstreams:\n";
    for (const std::string& stream : config.streams)
        text += "  - { entity: " + stream + ", poll_every: " + config.poll_every +
                (config.stream_more.empty() ? "" : ", ") + config.stream_more + " }\n";
    text += "store:\n  disk_warning: " + config.disk_warning +
            "\n  url: " + (config.store_url.empty() ? "sqlite:" + store_path() : config.store_url);
    return text + "\nlog: { level: trace }\n" + config.more;
}

void Agency::write_config() const {
    write_text(config_path(), config_text());
}

Run Agency::run(const std::vector<std::string>& options, const std::function<int()>& prepare) {
    std::vector<std::string> arguments{syncd_program(), "--config", config_path()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Process process(
        {.arguments = arguments, .output = file("run" + std::to_string(++runs_)), .prepare = prepare});
    const Ended end = process.wait(kWithin);
    return run_of(process, end.code);
}

Process Agency::start(const std::function<int()>& prepare) {
    return Process({.arguments = {syncd_program(), "--config", config_path()},
                    .output = file("run" + std::to_string(++runs_)),
                    .prepare = prepare});
}

Run Agency::stop(Process& daemon) const {
    // Before that line a SIGTERM ends the process by its default action, and nothing is written.
    CHECK(daemon.says("info  carecloud-syncd", kWithin));
    daemon.send(SIGTERM);
    Run run = said(daemon, daemon.wait(kStopWithin).code);
    CHECK(run.says("info  stopped"));  // a normal shutdown, not the alarm that ends a hanging one
    return run;
}

Run Agency::said(Process& daemon, int code) const {
    return run_of(daemon, code);
}

Portals Agency::portals(PortalProcess& portal) const {
    Portals portals;
    for (const std::string& stream : config.streams)
        portals[stream] = portal.listing(stream);
    return portals;
}

std::string Agency::broken_promise(PortalProcess& portal) const {
    return carecloud::broken_promise(read_store(store_path()), portals(portal));
}

std::string Agency::follows(Process& daemon, PortalProcess& portal,
                            std::chrono::milliseconds deadline) const {
    const Portals shown = portals(portal);
    std::string broken = "the daemon never came to it";
    std::int64_t seen = -1;
    const auto same = [&] {
        const std::int64_t now = revision(store_path());
        if (now == seen) return false;
        seen = now;
        broken = carecloud::broken_promise(read_store(store_path()), shown);
        return broken.empty();
    };
    if (daemon.wait_until(same, deadline)) return {};
    const std::string said = daemon.err();
    return broken + "; the daemon said at last:\n" +
           said.substr(said.size() - std::min<std::size_t>(said.size(), 3000));
}

}  // namespace carecloud
