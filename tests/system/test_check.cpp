// --check finds valid settings that cannot work here.
#include "system/event_site.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kNeverAsked = "https://portal.agency.test/api";

// This test program listens.
class Listener {
  public:
    Listener(const sockaddr* address, socklen_t size)
        : descriptor_(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (::bind(descriptor_, address, size) != 0 || ::listen(descriptor_, 1) != 0)
            throw std::runtime_error("cannot listen");
    }
    ~Listener() { ::close(descriptor_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::string address() const {
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&bound), &size);
        return "127.0.0.1:" + std::to_string(ntohs(bound.sin_port));
    }

  private:
    int descriptor_;
};

void replace(std::string& text, const std::string& old, const std::string& by) {
    text.replace(text.find(old), old.size(), by);
}

}  // namespace

TEST_CASE("--check refuses the values of the example") {
    Agency agency(AgencyConfig{.base_url = "https://portal.example.org/api"});
    std::string text = agency.config_text();
    replace(text, "workspace_id: \"636eeb5d8029cf0df6932c16\"", "workspace_id: \"000000000000000000000000\"");
    replace(text, "bucket_id: \"636eeb5d8029cf0df6932c16\"", "bucket_id: \"000000000000000000000000\"");
    write_text(agency.config_path(), text);
    const Run run = agency.check();
    CHECK(run.code == 78);
    CHECK(run.says("portal.base_url: https://portal.example.org/api is the example"));
    CHECK(run.says("portal.workspace_id: all zeros is the example"));
    CHECK(run.says("portal.bucket_id: all zeros is the example"));
}

TEST_CASE("--check refuses a store in a missing directory, except the one that the unit creates") {
    Agency agency(AgencyConfig{.base_url = kNeverAsked});
    agency.config.store_url = "sqlite:" + agency.file("nowhere") + "/store.db";
    agency.write_config();
    const Run missing = agency.check();
    CHECK(missing.code == 78);
    CHECK(
        missing.says("store.url: the directory '" + agency.file("nowhere") + "' does not exist; create it"));
    agency.config.store_url = "sqlite:" + agency.key_path() + "/store.db";
    agency.write_config();
    CHECK(agency.check().says(" is not a directory"));
    agency.config.store_url = "sqlite:/var/lib/carecloud-syncd/store.db";
    agency.write_config();
    CHECK(agency.check().code == 0);
}

TEST_CASE("--check refuses a store that is not a database, as the service does") {
    Agency agency(AgencyConfig{.base_url = kNeverAsked});
    write_text(agency.store_path(), std::string(4096, 'x'));
    const Run run = agency.check();
    CHECK(run.code == 78);
    CHECK(run.says("store.url: inspect the store: " + agency.store_path()));
    CHECK(run.says("restore the file from a backup"));
}

TEST_CASE("--check warns of polls that exceed the quota") {
    AgencyConfig config{.base_url = kNeverAsked, .poll_every = "5m"};
    config.rate = "per_second: 5, burst: 10, monthly_quota: 8928";
    Agency agency(std::move(config));
    CHECK_FALSE(agency.check().says("monthly_quota"));
    agency.config.rate = "per_second: 5, burst: 10, monthly_quota: 4464";
    agency.write_config();
    const Run small = agency.check();
    CHECK(small.code == 0);
    CHECK(small.says("warning: portal.rate.monthly_quota: polls alone require 8,928 requests"));
    CHECK(small.says("set poll_every to 600s or more"));
}

TEST_CASE("--check refuses an invalid proxy address without repeating it") {
    Agency agency(AgencyConfig{.base_url = kNeverAsked});
    const auto with_proxy = [](const char* proxy) {
        return [proxy] { return ::setenv("HTTPS_PROXY", proxy, 1); };
    };
    const Run bad = agency.run({"--check"}, with_proxy("socks5://user:hunter2@proxy:1080"));
    CHECK(bad.code == 78);
    CHECK(bad.says("HTTPS_PROXY in the environment: the scheme must be http://"));
    CHECK_FALSE(bad.says("hunter2"));
    CHECK(agency.run({"--check"}, with_proxy("http://user:hunter2@proxy:1080")).code == 0);
}

TEST_CASE("--check refuses an address in use by another program, and names the program") {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const Listener tcp(reinterpret_cast<const sockaddr*>(&any), sizeof any);
    Agency agency(AgencyConfig{.base_url = kNeverAsked, .more = "api: { listen: " + tcp.address() + " }\n"});
    const Run taken = agency.check();
    CHECK(taken.code == 78);
    CHECK(taken.says("api.listen: address already in use: " + tcp.address() + ", by "));
    CHECK(taken.says("(process " + std::to_string(::getpid()) + ")"));

    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    const std::string socket = agency.file("api.sock");
    socket.copy(path.sun_path, sizeof path.sun_path - 1);
    const Listener local(reinterpret_cast<const sockaddr*>(&path), sizeof path);
    agency.config.more = "api: { listen: \"unix:" + socket + "\" }\n";
    agency.write_config();
    CHECK(agency.check().says("api.listen: address already in use: unix:" + socket));
    agency.config.more = "api: { listen: \"unix:" + agency.file("nowhere") + "/api.sock\" }\n";
    agency.write_config();
    CHECK(agency.check().says("api.listen: the directory '" + agency.file("nowhere") + "' does not exist"));
}

TEST_CASE(
    "--check warns of a certificate that expires soon or has expired, and of a port that requires a "
    "privilege") {
    EventSite site;
    site.agency.config.more += "api: { listen: 127.0.0.1:1 }\n";
    site.agency.write_config();
    const Run soon = site.agency.check();
    CHECK(soon.code == 0);
    CHECK(soon.says("sns.tls.certificate: "));
    CHECK(soon.says(" expires on "));
    CHECK(soon.says("api.listen: port 1 requires a privilege that the packaged service does not have"));
    CHECK_FALSE(soon.says("sns.listen: port"));
    site.issue("localhost", -60);
    CHECK(site.agency.check().says(" expired on "));
    site.issue("localhost", 90L * 24 * 3600);
    CHECK_FALSE(site.agency.check().says("sns.tls.certificate"));
}

TEST_CASE("--check treats the running service's own addresses as free") {
    PortalProcess portal({"--records", "5"});
    Agency agency(portal.base_url());
    const std::string socket = agency.file("api.sock");
    agency.config.more = "api: { listen: \"unix:" + socket + "\" }\n";
    agency.write_config();
    Process daemon = agency.start();
    REQUIRE(daemon.says("API listening", kWithin));
    const Run beside = agency.check();
    CHECK(beside.code == 0);
    CHECK_FALSE(beside.says("already in use"));
    CHECK(agency.stop(daemon).code == 0);
}
