// A daemon whose stderr is a pipe that is not read: a stopped terminal, a hanging program.
#include "system/api_client.hpp"
#include "system/programs.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// A pipe of 4 KiB that is read only when a test asks for it.
class UnreadPipe {
  public:
    UnreadPipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0 || ::fcntl(ends_[1], F_SETPIPE_SZ, 4096) < 0)
            throw std::runtime_error("no pipe");
    }
    ~UnreadPipe() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    UnreadPipe(const UnreadPipe&) = delete;
    UnreadPipe& operator=(const UnreadPipe&) = delete;

    int writing() const { return ends_[1]; }
    // Its current content.
    std::string read() const {
        std::array<char, 65'536> bytes{};
        const int flags = ::fcntl(ends_[0], F_GETFL);
        ::fcntl(ends_[0], F_SETFL, flags | O_NONBLOCK);
        const ssize_t count = ::read(ends_[0], bytes.data(), bytes.size());
        return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
    }

  private:
    std::array<int, 2> ends_{};
};

}  // namespace

TEST_CASE("if its log is not read, the daemon polls, responds and stops, and logs its lines afterwards") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "1s"});
    const std::string socket = "unix:" + agency.file("api.sock");
    agency.config.more = "api: { listen: \"" + socket + "\" }\n";
    agency.write_config();
    const UnreadPipe pipe;
    Process daemon =
        agency.start([&] { return ::dup2(pipe.writing(), STDERR_FILENO) == STDERR_FILENO ? 0 : 1; });
    const auto ctl_code = [&](const std::string& word) {
        Process process({.arguments = {ctl_program(), "--url", socket, word}, .output = agency.file("ctl")});
        return process.wait(kWithin).code;
    };
    REQUIRE(daemon.wait_until([&] { return ctl_code("status") == 0; }, kWithin));
    // Each poll logs some lines at the level trace: 4 KiB are full after a few.
    for (int i = 0; i < 30; ++i)
        REQUIRE(ctl_code("sync") == 0);
    portal.control("POST", "/touch", {{"count", 20}});
    CHECK(agency.follows(daemon, portal, kWithin) == "");

    SECTION("the log is read again") {
        std::string read;
        CHECK(daemon.wait_until(
            [&] {
                read += pipe.read();
                return read.size() > 8192 && read.find("updated=") != std::string::npos;
            },
            kWithin));
        CHECK(secret_in(read) == "");
        daemon.send(SIGTERM);
        CHECK(daemon.wait_until(
            [&] {
                read += pipe.read();
                return read.find("stopped") != std::string::npos;
            },
            kWithin));
        CHECK(daemon.wait(kStopWithin).code == 0);
    }
    SECTION("the log is never read again") {
        daemon.send(SIGTERM);
        CHECK(daemon.wait(kStopWithin).code == 0);
    }
}
