// The API behind the real nginx, as configured in the manual, and its responses to proxies without a token. If nginx is
// missing, these tests are skipped with a message.
#include "support/free_port.hpp"
#include "system/api_client.hpp"
#include "system/programs.hpp"
#include "system/wire_client.hpp"

#include <cstdlib>
#include <optional>
#include <regex>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kNginx = "/usr/sbin/nginx";
constexpr const char* kToken = "of-the-api-behind-nginx";
constexpr const char* kAsBearer = "Authorization: Bearer of-the-api-behind-nginx\r\n";

bool nginx_is_missing() {
    if (::access(kNginx, X_OK) == 0) return false;
    WARN("skipped: there is no " << kNginx << " (package nginx)");
    return true;
}

// The manual's server block for the API; without TLS, on `port`, in front of the daemon on `api`.
std::string stanza_of_manual(std::uint16_t port, std::uint16_t api) {
    const char* const root = std::getenv("CARECLOUD_SOURCE_DIR");
    if (!root) throw std::runtime_error("CARECLOUD_SOURCE_DIR is not set");
    const std::string manual = read_text(std::string(root) + "/packaging/manual/api.md");
    const std::size_t begin = manual.find("server {", manual.find("\n## Behind nginx\n"));
    const std::size_t end = manual.find("\n```", begin);
    if (begin == std::string::npos || end == std::string::npos)
        throw std::runtime_error("packaging/manual/api.md has no nginx block");
    std::string text = manual.substr(begin, end - begin);
    text = std::regex_replace(text, std::regex("listen 443 ssl;"),
                              "listen 127.0.0.1:" + std::to_string(port) + ";");
    text = std::regex_replace(text, std::regex("ssl_certificate[^;]*;"), "");
    return std::regex_replace(text, std::regex("127\\.0\\.0\\.1:8461"), "127.0.0.1:" + std::to_string(api));
}

std::string configuration_of(const std::string& server, const TempDir& dir) {
    std::string text = "daemon off;\nmaster_process off;\nerror_log " + dir.file("errors") + ";\npid " +
                       dir.file("pid") + ";\nevents { worker_connections 256; }\nhttp {\n  access_log off;\n";
    for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += "  " + std::string(name) + "_temp_path " + dir.file(name) + ";\n";
    return text + server + "\n}\n";
}

// A daemon with an API, and nginx in front of it.
class Proxied {
  public:
    explicit Proxied(bool with_token, std::vector<std::string> portal_options = {"--records", "50"})
        : portal(std::move(portal_options)),
          agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "5m"}) {
        std::string token_file;
        if (with_token) {
            write_text(files_.file("token"), std::string(kToken) + "\n");
            ::chmod(files_.file("token").c_str(), 0600);
            token_file = ", token_file: " + files_.file("token");
        }
        agency.config.more = "api: { listen: 127.0.0.1:0" + token_file + " }\n";
        agency.write_config();
        daemon.emplace(agency.start());
        port_ = free_port();
        write_text(files_.file("nginx.conf"),
                   configuration_of(stanza_of_manual(port_, api_port(*daemon)), files_));
        nginx_.emplace(ProcessOptions{.arguments = {kNginx, "-p", files_.path(), "-c",
                                                    files_.file("nginx.conf"), "-e", files_.file("errors")},
                                      .output = files_.file("nginx")});
        if (!nginx_->wait_until([&] { return ask("/livez").find("200 OK") != std::string::npos; }, kWithin))
            throw std::runtime_error("nginx does not serve: " + nginx_->err() +
                                     read_text(files_.file("errors")));
    }

    // Empty if no server listens.
    std::string ask(const std::string& target, const std::string& headers = {}) const {
        try {
            WireClient client(port_, WireClient::Wire::plain);
            client.send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n");
            return client.reply();
        } catch (const boost::system::system_error&) {
            return {};
        }
    }
    // curl that follows the changes, as server-sent events, through nginx.
    Process follow() const {
        return Process({.arguments = {"/usr/bin/curl", "-sSN", "-H", "Accept: text/event-stream", "-H",
                                      "Authorization: Bearer " + std::string(kToken),
                                      "http://127.0.0.1:" + std::to_string(port_) + "/v1/changes?since=0"},
                        .output = files_.file("curl")});
    }

  private:
    TempDir files_;
    std::uint16_t port_ = 0;
    std::optional<Process> nginx_;

  public:
    PortalProcess portal;
    Agency agency;
    std::optional<Process> daemon;
};

std::size_t events_in(const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = text.find("event: change\n"); at != std::string::npos;
         at = text.find("event: change\n", at + 1))
        ++count;
    return count;
}

}  // namespace

TEST_CASE("behind nginx as in the manual, changes arrive live, pages wait, and the token is required") {
    if (nginx_is_missing()) return;
    Proxied site(/*with_token=*/true);
    CHECK(status_of(site.ask("/v1/status")) == 401);
    CHECK(status_of(site.ask("/v1/status", kAsBearer)) == 200);
    CHECK(status_of(site.ask("/", kAsBearer)) == 200);
    CHECK(status_of(site.ask("/v1/changes?since=0&wait=1s", kAsBearer)) == 200);

    Process curl = site.follow();
    CHECK(curl.wait_until([&] { return events_in(curl.out()) == 50; }, kWithin));
    site.portal.control("POST", "/touch", {{"count", 3}});
    const auto sync = [&] {
        WireClient client(api_port(*site.daemon), WireClient::Wire::plain);
        client.send("POST /v1/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n" +
                    std::string(kAsBearer) + "\r\n");
        return status_of(client.reply());
    };
    CHECK(sync() == 202);
    CHECK(curl.wait_until([&] { return events_in(curl.out()) == 53; }, kWithin));
    CHECK(site.agency.stop(*site.daemon).code == 0);
    CHECK(curl.wait(kWithin).code == 0);
    CHECK(curl.err() == "");
}

TEST_CASE(
    "a follower that connects during a first load is served through nginx, and gets every change once") {
    if (nginx_is_missing()) return;
    Proxied site(/*with_token=*/true, {"--records", "6000"});
    Process curl = site.follow();
    CHECK(curl.wait_until([&] { return events_in(curl.out()) == 6000; }, kWithin));
    CHECK(curl.out().find("\"seq\":6000,") != std::string::npos);
    CHECK(site.agency.stop(*site.daemon).code == 0);
    CHECK(curl.wait(kWithin).code == 0);
}

TEST_CASE("without a token nothing is served through nginx, and a guessable token is refused") {
    if (nginx_is_missing()) return;
    Proxied site(/*with_token=*/false);
    for (const char* target : {"/v1/status", "/metrics", "/", "/v1/records/claim_attendance"}) {
        const std::string answer = site.ask(target);
        CHECK(status_of(answer) == 403);
        CHECK(answer.find("through_a_proxy") != std::string::npos);
    }
    CHECK(api_status(*site.daemon, "/v1/status") == 200);
    CHECK(site.agency.stop(*site.daemon).code == 0);

    write_text(site.agency.file("token"), "fifteen letters\n");
    ::chmod(site.agency.file("token").c_str(), 0600);
    site.agency.config.more = "api: { listen: 127.0.0.1:0, token_file: " + site.agency.file("token") + " }\n";
    site.agency.write_config();
    for (const std::vector<std::string>& how : {std::vector<std::string>{"--check"}, {}}) {
        const Run refused = site.agency.run(how);
        CHECK(refused.code == 78);
        CHECK(refused.says("fewer than 16 characters"));
        CHECK(refused.says("openssl rand -hex 16"));
        CHECK_FALSE(refused.says("fifteen"));
    }
}
