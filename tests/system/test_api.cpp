// The API of the real daemon, over its sockets: reading, following, requesting a pass, and hostile requests.
#include "system/agency.hpp"
#include "system/api_client.hpp"
#include "system/wire_client.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <netinet/in.h>
#include <poll.h>
#include <set>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <openssl/sha.h>

using namespace carecloud;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr const char* kApiListens = "API listening";

std::string api_section(const std::string& more = "") {
    return "api: { listen: 127.0.0.1:0" + more + " }\n";
}

std::uint16_t port_of(Process& daemon) {
    if (!daemon.says(kApiListens, kWithin)) throw std::runtime_error("it does not listen: " + daemon.err());
    const std::string said = daemon.err();
    const std::string address = "address=127.0.0.1:";
    const std::size_t at = said.find(address, said.rfind(kApiListens));
    if (at == std::string::npos) throw std::runtime_error("no address is logged: " + said);
    return static_cast<std::uint16_t>(std::stoi(said.substr(at + address.size(), 5)));
}

std::string request_text(const std::string& method, const std::string& target,
                         const std::string& headers = "") {
    return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n";
}

std::string body_in(const std::string& reply) {
    const std::size_t end = reply.find("\r\n\r\n");
    return end == std::string::npos ? std::string() : reply.substr(end + 4);
}

std::string sha256_of(const std::string& bytes) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
    constexpr const char* digits = "0123456789abcdef";
    std::string hex;
    for (const unsigned char byte : hash) {
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return hex;
}

// One daemon with an API, and one connection to it.
class Site {
  public:
    explicit Site(const std::string& more = "", std::vector<std::string> portal_options = {"--records", "50"})
        : portal(std::move(portal_options)),
          agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "5m", .more = api_section(more)}),
          daemon(agency.start()),
          port(port_of(daemon)),
          client_(port, WireClient::Wire::plain) {}

    std::string ask(const std::string& method, const std::string& target, const std::string& headers = "") {
        client_.send(request_text(method, target, headers));
        return client_.reply();
    }
    json get(const std::string& target) { return json::parse(body_in(ask("GET", target))); }
    // Reads this many changes after `since`, waiting for those that are missing.
    std::vector<json> follow(std::uint64_t since, std::size_t count) {
        std::vector<json> changes;
        while (changes.size() < count) {
            const json page = get("/v1/changes?wait=20s&since=" + std::to_string(since));
            if (page.at("changes").empty()) throw std::runtime_error("no change came: " + daemon.err());
            changes.insert(changes.end(), page.at("changes").begin(), page.at("changes").end());
            since = page.at("next").get<std::uint64_t>();
        }
        return changes;
    }
    // The number of records in all pages of a list.
    std::size_t listed(const std::string& filter) {
        std::size_t count = 0;
        std::string after;
        while (true) {
            const json page = get("/v1/records/claim_attendance?limit=20" + filter + after);
            count += page.at("records").size();
            if (page.at("next").is_null()) return count;
            after = "&after=" + page.at("next").get<std::string>();
        }
    }
    bool serves() {
        WireClient fresh(port, WireClient::Wire::plain);
        fresh.send(request_text("GET", "/livez"));
        return status_of(fresh.reply()) == 200;
    }

    PortalProcess portal;
    Agency agency;
    Process daemon;
    std::uint16_t port;

  private:
    WireClient client_;
};

// A thousand sockets of this process.
void allow_many_sockets() {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = limit.rlim_max;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    REQUIRE(limit.rlim_cur > 2000);
}

}  // namespace

TEST_CASE("the portal's records can be read byte for byte, and followed as they change") {
    Site site;
    const std::vector<json> first = site.follow(0, 50);
    REQUIRE(becomes_ready(site.daemon));
    const Listing shown = site.portal.listing("claim_attendance");
    std::set<std::string> ids;
    for (const json& change : first) {
        const std::string id = change.at("id");
        ids.insert(id);
        REQUIRE(shown.contains(id));
        CHECK(shown.at(id).sha256 == change.at("hash").get<std::string>());
    }
    CHECK(ids.size() == 50);
    // The index exists when the first pass has ended.
    REQUIRE(site.daemon.says("pass finished", kWithin));
    for (const std::string& id : ids) {
        const std::string target = "/v1/records/claim_attendance/" + id;
        const std::string tag = "\"" + shown.at(id).sha256 + "\"";
        const std::string reply = site.ask("GET", target);
        CHECK(reply.find("\r\nETag: " + tag + "\r\n") != std::string::npos);
        CHECK(sha256_of(body_in(reply)) == shown.at(id).sha256);
        CHECK(status_of(site.ask("GET", target, "If-None-Match: " + tag + "\r\n")) == 304);
    }
    CHECK(site.listed("") == 50);
    CHECK(site.listed("&modified_since=1970-01-01T00:00:00Z") == 50);
    CHECK(site.listed("&modified_since=9999-01-01T00:00:00Z") == 0);
    CHECK(site.listed("&start=19700101&end=99991231") == 50);
    CHECK(site.listed("&end=19700101") == 0);
    CHECK(site.get("/readyz").at("ready") == true);
    const json status = site.get("/v1/status");
    CHECK(status.at("seq") == 50);
    CHECK(status.at("streams")[0].at("records") == 50);

    site.portal.control("POST", "/touch", {{"count", 3}});
    CHECK(status_of(site.ask("POST", "/v1/sync", "Content-Length: 0\r\n")) == 202);
    for (const json& change : site.follow(50, 3))
        CHECK((change.at("kind") == "updated" || change.at("kind") == "disabled"));
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("an event stream continues across commits, and ends when the daemon stops") {
    Site site;
    site.follow(0, 50);
    WireClient stream(site.port, WireClient::Wire::plain);
    stream.send(request_text("GET", "/v1/changes?since=48", "Accept: text/event-stream\r\n"));
    std::string seen = stream.reply();
    CHECK(status_of(seen) == 200);
    CHECK(seen.find("\r\nContent-Type: text/event-stream\r\n") != std::string::npos);
    site.portal.control("POST", "/touch", {{"count", 1}});
    site.ask("POST", "/v1/sync", "Content-Length: 0\r\n");
    site.follow(50, 1);
    CHECK(site.agency.stop(site.daemon).code == 0);
    seen += stream.rest();
    for (const char* id : {":49\n", ":50\n", ":51\n"})
        CHECK(seen.find(id) != std::string::npos);
    CHECK(seen.ends_with("0\r\n\r\n"));
}

TEST_CASE("hostile requests are refused, and the daemon keeps serving") {
    Site site;
    REQUIRE(becomes_ready(site.daemon));  // before that, reading a record returns 503
    struct Bad {
        std::string bytes;
        int status;
    };
    const Bad bad[] = {
        {request_text("GET", "/v1/changes?since=" + std::string(1 << 20, '1')), 431},
        {request_text("GET", "/v1/status", "X: " + std::string(1 << 20, 'x') + "\r\n"), 431},
        {request_text("POST", "/v1/sync", "Content-Length: 100000\r\n") + std::string(100'000, 'b'), 413},
        {request_text("POST", "/v1/sync", "Content-Length: 10\r\n") + "cut", 400},
        {request_text("POST", "/v1/sync", "Content-Length: 2\r\n") + "{}", 400},
        {request_text("POST", "/v1/sync", "Content-Length: -1\r\n"), 400},
        {request_text("GET", "/v1/changes?since=1;DROP TABLE changes"), 400},
        {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
        {"GET /v1/status HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403},
        {request_text("GET", "/v1/records/claim_attendance/..%2f..%2fstore.db"), 404},
    };
    for (const Bad& one : bad) {
        INFO(one.bytes.substr(0, 100));
        WireClient client(site.port, WireClient::Wire::plain);
        client.send(one.bytes);
        client.end_sending();
        CHECK(status_of(client.reply()) == one.status);
        CHECK(site.serves());
    }
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("with a token no request without it is served, and a reload accepts a new one") {
    const TempDir dir;
    const auto write_token = [&](const std::string& token) {
        write_text(dir.file("token"), token + " of the tokens\n");
        ::chmod(dir.file("token").c_str(), 0600);
    };
    write_token("the first");
    Site site(", token_file: " + dir.file("token"));
    const auto with = [](const std::string& token) {
        return "Authorization: Bearer " + token + " of the tokens\r\n";
    };
    CHECK(status_of(site.ask("GET", "/v1/status")) == 401);
    CHECK(status_of(site.ask("GET", "/v1/status", with("the second"))) == 401);
    CHECK(status_of(site.ask("GET", "/v1/status", with("the first"))) == 200);
    CHECK(status_of(site.ask("GET", "/livez")) == 200);
    CHECK(site.daemon.says("API request refused: missing or wrong token", kWithin));
    const auto started_at = [&](const std::string& token) {
        const std::string answer = site.ask("GET", "/v1/status", with(token));
        const std::string name = "\"started_at\":\"";
        const auto found = answer.find(name);
        REQUIRE(found != std::string::npos);
        return answer.substr(found + name.size(), std::string("2024-03-01T10:00:00.000Z").size());
    };
    const std::string start = started_at("the first");
    CHECK(start.ends_with("Z"));
    write_token("the second");
    site.daemon.send(SIGHUP);
    REQUIRE(site.daemon.says("info  reloaded", kWithin));
    CHECK(status_of(site.ask("GET", "/v1/status", with("the second"))) == 200);
    CHECK(started_at("the second") == start);
    CHECK(status_of(site.ask("GET", "/v1/status", with("the first"))) == 401);
    // A replaced file is used without a reload.
    const auto lines = [&] {
        const std::string said = site.daemon.err();
        const std::string line = "file changed, new content in use";
        std::size_t count = 0;
        for (auto found = said.find(line); found != std::string::npos; found = said.find(line, found + 1))
            ++count;
        return count;
    };
    const std::size_t before = lines();
    write_token("the third");
    REQUIRE(site.daemon.wait_until([&] { return lines() > before; }, kWithin));
    CHECK(status_of(site.ask("GET", "/v1/status", with("the third"))) == 200);
    CHECK(status_of(site.ask("GET", "/v1/status", with("the second"))) == 401);
    ::chmod(dir.file("token").c_str(), 0644);
    const Run check = site.agency.check();
    CHECK(check.code == 78);
    CHECK(check.says("api.token_file"));
    site.daemon.send(SIGHUP);
    REQUIRE(site.daemon.says("reload refused, the current settings stay in use", kWithin));
    CHECK(status_of(site.ask("GET", "/v1/status", with("the third"))) == 200);
    CHECK(site.agency.stop(site.daemon).code == 0);
    CHECK(site.agency.said(site.daemon, 0).err.find("the second") == std::string::npos);
}

TEST_CASE("a Unix socket serves, and is removed when the daemon has stopped") {
    PortalProcess portal({"--records", "5"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "5m"});
    const std::string path = agency.file("api.sock");
    agency.config.more = "api: { listen: \"unix:" + path + "\" }\n";
    agency.write_config();
    Process daemon = agency.start();
    REQUIRE(daemon.says(kApiListens, kWithin));
    CHECK(daemon.says("address=unix:" + path, kWithin));
    struct stat made {};
    REQUIRE(::stat(path.c_str(), &made) == 0);
    CHECK((made.st_mode & 07777U) == 0660);
    const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    const std::string request = request_text("GET", "/livez", "Connection: close\r\n");
    REQUIRE(::send(client, request.data(), request.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(request.size()));
    std::string reply(4096, '\0');
    reply.resize(static_cast<std::size_t>(
        std::max<ssize_t>(::recv(client, reply.data(), reply.size(), MSG_WAITALL), 0)));
    ::close(client);
    CHECK(status_of(reply) == 200);
    CHECK(agency.stop(daemon).code == 0);
    CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a thousand clients wait, one commit wakes all of them, and other requests are served meanwhile") {
    allow_many_sockets();
    Site site;
    site.follow(0, 50);
    const std::string request = request_text("GET", "/v1/changes?since=50&wait=60s", "Connection: close\r\n");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(site.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::vector<pollfd> waiting;
    for (int i = 0; i < 1000; ++i) {
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        REQUIRE(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::send(client, request.data(), request.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(request.size()));
        waiting.push_back({.fd = client, .events = POLLIN, .revents = 0});
    }
    // Requested without occupying a slot.
    const auto full = [&] {
        return site.ask("GET", "/metrics").find("\ncarecloud_followers 1000\n") != std::string::npos;
    };
    REQUIRE(site.daemon.wait_until(full, kWithin));
    CHECK(status_of(site.ask("GET", "/v1/changes?since=50&wait=1ms")) == 503);
    CHECK(site.serves());
    site.portal.control("POST", "/touch", {{"count", 1}});
    site.ask("POST", "/v1/sync", "Content-Length: 0\r\n");
    std::size_t woken = 0;
    for (pollfd& client : waiting) {
        REQUIRE(::poll(&client, 1, 30'000) == 1);
        std::string reply(4096, '\0');
        const ssize_t size = ::recv(client.fd, reply.data(), reply.size(), MSG_WAITALL);
        reply.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
        woken += status_of(reply) == 200 && reply.find("\"next\":51") != std::string::npos;
        ::close(client.fd);
    }
    CHECK(woken == 1000);
    CHECK(site.agency.stop(site.daemon).code == 0);
}

TEST_CASE("under systemd the API listens on its default socket if the configuration has no section api") {
    PortalProcess portal({"--records", "5"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "5m"});
    Process daemon =
        agency.start([folder = agency.path()] { return ::setenv("RUNTIME_DIRECTORY", folder.c_str(), 1); });
    const std::string socket = agency.file("api.sock");
    REQUIRE(daemon.says("address=unix:" + socket, kWithin));
    struct stat made {};
    REQUIRE(::stat(socket.c_str(), &made) == 0);
    CHECK((made.st_mode & 07777U) == 0660);
    Process ctl(
        {.arguments = {ctl_program(), "--url", "unix:" + socket, "sync"}, .output = agency.file("ctl")});
    CHECK(ctl.wait(kWithin).code == 0);
    // A reload keeps it, and one with a section replaces it.
    daemon.send(SIGHUP);
    REQUIRE(daemon.says("info  reloaded", kWithin));
    CHECK(::stat(socket.c_str(), &made) == 0);
    agency.config.more = api_section();
    agency.write_config();
    daemon.send(SIGHUP);
    REQUIRE(daemon.says("address=127.0.0.1:", kWithin));
    CHECK(daemon.wait_until([&] { return ::stat(socket.c_str(), &made) != 0; }, kWithin));
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE("without a section api nothing listens, and --check reports what will") {
    PortalProcess portal({"--records", "5"});
    Agency agency(portal.base_url());
    CHECK(agency.check().out.find("api: not configured; under systemd the API listens on ") !=
          std::string::npos);
    CHECK_FALSE(agency.once().says(kApiListens));
    agency.config.more = api_section();
    agency.write_config();
    CHECK(
        agency.check().out.find("api: will listen on 127.0.0.1:0, for this machine only, without a token") !=
        std::string::npos);
    CHECK_FALSE(agency.once().says(kApiListens));
}
