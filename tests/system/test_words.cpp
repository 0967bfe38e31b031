// Exit codes and their messages: command line, configuration, key, portal.
#include "system/agency.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// A port without a listener, reserved during the lifetime of this object.
class DeadPort {
  public:
    DeadPort() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (::bind(fd_, generic, size) != 0 || ::getsockname(fd_, generic, &size) != 0)
            throw std::system_error(errno, std::generic_category(), "bind");
        port_ = ntohs(address.sin_port);
    }
    ~DeadPort() { ::close(fd_); }
    DeadPort(const DeadPort&) = delete;
    DeadPort& operator=(const DeadPort&) = delete;

    std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/api"; }

  private:
    int fd_;
    int port_ = 0;
};

constexpr const char* kUnused = "http://127.0.0.1:9/api";  // never requested

}  // namespace

TEST_CASE("the command line: version, help, and unknown options") {
    const TempDir dir;
    const Run version = run_syncd({"--version"}, dir);
    CHECK(version.code == 0);
    CHECK(version.out.rfind("carecloud-syncd ", 0) == 0);
    CHECK(version.err.empty());

    const Run help = run_syncd({"--help"}, dir);
    CHECK(help.code == 0);
    for (const char* word :
         {"--config", "--check", "--once", "--version", "--help", "SIGHUP", "64", "75", "77", "78"})
        CHECK(help.out.find(word) != std::string::npos);
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);)
        CHECK(line.size() <= 80);

    for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
             {"--onec"}, {"--on"}, {"file.yaml"}, {"--config"}, {"--check", "--once"}, {"--config", ""}}) {
        const Run run = run_syncd(wrong, dir);
        INFO(wrong.front() << ": " << run.err);
        CHECK(run.code == 64);
        CHECK(run.says("--help"));
        CHECK(run.out.empty());
    }
}

TEST_CASE("the configuration: missing, a directory, not YAML, and every error at once") {
    Agency agency{std::string(kUnused)};
    for (const char* option : {"--check", "--once"}) {
        INFO(option);
        ::unlink(agency.config_path().c_str());
        const Run missing = agency.run({option});
        CHECK(missing.code == 78);
        CHECK(missing.says(agency.config_path()));
        CHECK(missing.says("No such file"));

        write_text(agency.config_path(), "portal: [\n");
        const Run broken = agency.run({option});
        CHECK(broken.code == 78);
        CHECK(broken.says("config.yaml:1:10"));

        write_text(agency.config_path(),
                   "portal:\n"
                   "  base_url: http://portal.example.org/api\n"
                   "  workspace: x\n"
                   "  page_size: 0\n"
                   "streams:\n"
                   "  - entity: claim_attendance\n"
                   "    poll_every: often\n"
                   "stor: {}\n");
        const Run many = agency.run({option});
        INFO(many.err);
        CHECK(many.code == 78);
        for (const char* position : {"config.yaml:2:13", "config.yaml:3:3", "config.yaml:4:14",
                                     "config.yaml:7:17", "config.yaml:8:1"})
            CHECK(many.says(position));
        CHECK(many.says("workspace_id"));
        CHECK(many.says("store"));
        CHECK(many.out.empty());
    }
}

TEST_CASE("--check accepts a valid configuration without any request") {
    PortalProcess portal;
    Agency agency(portal.base_url());
    const Run good = agency.check();
    INFO(good.err);
    CHECK(good.code == 0);
    CHECK(good.out.find(agency.config_path() + ": valid") == 0);
    CHECK(portal.control("GET", "/counts").at("total") == 0);
    CHECK(::access(agency.store_path().c_str(), F_OK) != 0);
}

TEST_CASE("a PostgreSQL server that cannot be verified, and one that is away") {
    Agency distant(
        AgencyConfig{.base_url = kUnused, .store_url = "postgresql://db.example.org/d?sslmode=require"});
    for (const char* option : {"--check", "--once"}) {
        const Run run = distant.run({option});
        CHECK(run.code == 78);
        CHECK(run.says("sslmode=require does not verify"));
    }
    Agency away(AgencyConfig{.base_url = kUnused, .store_url = "postgresql://127.0.0.1:1/carecloud"});
    const Run run = away.run({"--once"});
    CHECK(run.code == 75);
    CHECK(run.says("check that the database server is running and reachable"));
}

TEST_CASE("the key's file: missing, readable by others, empty") {
    Agency agency{std::string(kUnused)};
    for (const char* option : {"--check", "--once"}) {
        INFO(option);
        write_text(agency.key_path(), Agency::key() + "\n");
        ::chmod(agency.key_path().c_str(), 0644);
        const Run open = agency.run({option});
        CHECK(open.code == 78);
        CHECK(open.says("chmod 600"));
        CHECK(open.says("0644"));

        ::chmod(agency.key_path().c_str(), 0600);
        write_text(agency.key_path(), "\n");
        const Run empty = agency.run({option});
        CHECK(empty.code == 78);
        CHECK(empty.says("is empty"));

        ::unlink(agency.key_path().c_str());
        const Run missing = agency.run({option});
        CHECK(missing.code == 78);
        CHECK(missing.says(agency.key_path()));
        CHECK(missing.says("No such file"));
    }
}

TEST_CASE("a key that the portal refuses: 77, and a changed file is used") {
    const TempDir dir;
    write_text(dir.file("key"), Agency::key());
    PortalProcess portal({"--records", "50", "--api-key-file", dir.file("key")});
    Agency agency(portal.base_url());
    write_text(agency.key_path(), "Kx7-another\n");
    const Run wrong = agency.once();
    INFO(wrong.err);
    CHECK(wrong.code == 77);
    CHECK(wrong.says("key_refused"));
    CHECK(wrong.says("portal.api_key_file"));
    CHECK_FALSE(wrong.says("Kx7-another"));
    CHECK(portal.control("GET", "/counts").at("requests").at("refresh") == 1);

    Process daemon = agency.start();
    REQUIRE(daemon.says("key_refused", 30s));
    write_text(agency.key_path(), Agency::key() + "\n");
    CHECK(agency.follows(daemon, portal, 60s) == "");
    CHECK(agency.stop(daemon).code == 0);
}

// LoadCredential= is a copy made at start: only a restart updates it.
TEST_CASE("the message about a refused key that systemd passed contains the commands to run") {
    const TempDir dir;
    write_text(dir.file("key"), Agency::key());
    PortalProcess portal({"--records", "5", "--api-key-file", dir.file("key")});
    Agency agency(portal.base_url());
    const TempDir credentials;
    write_text(credentials.file("api-key"), "Kx7-another\n");
    std::string text = agency.config_text();
    const std::string path = agency.key_path();
    text.replace(text.find(path), path.size(), "api-key");
    write_text(agency.config_path(), text);
    const Run run =
        agency.once([&] { return ::setenv("CREDENTIALS_DIRECTORY", credentials.path().c_str(), 1); });
    INFO(run.err);
    CHECK(run.code == 77);
    CHECK(run.says("/etc/carecloud-syncd/api-key), then: systemctl restart carecloud-syncd"));
}

TEST_CASE("an unreachable portal: 75") {
    const DeadPort port;
    Agency agency(port.base_url());
    const Run run = agency.once();
    INFO(run.err);
    CHECK(run.code == 75);
    CHECK(run.says("unreachable"));
    CHECK(run.says("127.0.0.1"));
    CHECK(run.says("check the network, portal.base_url, and HTTPS_PROXY if there is a proxy"));
}

TEST_CASE("a used-up quota: 75, with the reason") {
    PortalProcess portal({"--records", "50", "--quota", "0"});
    Agency agency(portal.base_url());
    const Run run = agency.once();
    INFO(run.err);
    CHECK(run.code == 75);
    CHECK(run.says("quota_exhausted"));
}

TEST_CASE("the portal of another workspace: 75, and nothing is stored") {
    PortalProcess portal({"--records", "50", "--fault", "wrong-workspace"});
    Agency agency(portal.base_url());
    const Run run = agency.once();
    INFO(run.err);
    CHECK(run.code == 75);
    CHECK(run.says("wrong_workspace"));
    CHECK(read_store(agency.store_path()).records.empty());
}
