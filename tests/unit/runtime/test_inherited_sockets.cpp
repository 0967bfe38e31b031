#include "runtime/inherited_sockets.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

int bound_socket(const sockaddr* address, socklen_t size, bool listening) {
    const int fd = ::socket(address->sa_family, SOCK_STREAM, 0);
    REQUIRE(::bind(fd, address, size) == 0);
    if (listening) REQUIRE(::listen(fd, 8) == 0);
    return fd;
}

int tcp_socket(in_addr_t host, bool listening = true) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(host);
    return bound_socket(reinterpret_cast<const sockaddr*>(&address), sizeof address, listening);
}

// An abstract socket, which leaves no file behind.
int unix_socket() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "carecloud-test-" + std::to_string(::getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    return bound_socket(reinterpret_cast<const sockaddr*>(&address), size, true);
}

// Passes the sockets as systemd does, from descriptor 3 on; other descriptors are moved away meanwhile.
class PassedSockets {
  public:
    PassedSockets(std::vector<int> sockets, const char* names) {
        for (int& socket : sockets)  // out of the way first
            socket = moved_up(socket);
        for (std::size_t i = 0; i < sockets.size(); ++i) {
            const int fd = 3 + static_cast<int>(i);
            kept_.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, 100));
            ::dup2(sockets[i], fd);
            ::close(sockets[i]);
        }
        ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
        ::setenv("LISTEN_FDS", std::to_string(sockets.size()).c_str(), 1);
        ::setenv("LISTEN_FDNAMES", names, 1);
    }
    ~PassedSockets() {
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            const int fd = 3 + static_cast<int>(i);
            ::close(fd);
            if (kept_[i] < 0) continue;
            ::dup2(kept_[i], fd);
            ::close(kept_[i]);
        }
    }
    PassedSockets(const PassedSockets&) = delete;
    PassedSockets& operator=(const PassedSockets&) = delete;

  private:
    static int moved_up(int fd) {
        const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, 100);
        ::close(fd);
        return moved;
    }

    std::vector<int> kept_;
};

std::string socket_refusal(const Result<InheritedSockets>& sockets) {
    REQUIRE_FALSE(sockets.has_value());
    CHECK(sockets.error().code == ErrorCode::config_invalid);
    return sockets.error().message();
}

Configuration with_both_sections() {
    Configuration configuration;
    configuration.api.configured = true;
    configuration.sns.emplace();
    return configuration;
}

}  // namespace

TEST_CASE("without systemd there are no sockets") {
    const auto sockets = take_inherited_sockets();
    REQUIRE(sockets.has_value());
    CHECK_FALSE(sockets->api);
    CHECK_FALSE(sockets->sns);
    Configuration configuration = with_both_sections();
    const ListenAddress before = configuration.api.listen;
    CHECK(use_inherited(*sockets, configuration).has_value());
    CHECK(configuration.api.listen == before);
}

TEST_CASE("sockets are identified by their names, with their addresses, and taken once") {
    const PassedSockets passed({unix_socket(), tcp_socket(INADDR_LOOPBACK)}, "api:sns");
    const auto sockets = take_inherited_sockets();
    REQUIRE(sockets.has_value());
    REQUIRE(sockets->api);
    REQUIRE(sockets->sns);
    CHECK(sockets->api->descriptor == 3);
    CHECK(sockets->api->unix_path.starts_with("@carecloud-test-"));
    CHECK(sockets->sns->descriptor == 4);
    CHECK(sockets->sns->host == "127.0.0.1");
    CHECK(sockets->sns->port != 0);
    CHECK(std::getenv("LISTEN_FDS") == nullptr);

    Configuration configuration = with_both_sections();
    REQUIRE(use_inherited(*sockets, configuration).has_value());
    CHECK(configuration.api.listen == *sockets->api);
    CHECK(configuration.sns->listen == *sockets->sns);
    CHECK(unused_sockets(*sockets, configuration).empty());
    const auto unused = unused_sockets(*sockets, Configuration());
    REQUIRE(unused.size() == 2);
    CHECK(unused[0].find("carecloud-syncd-sns.socket") != std::string::npos);
    CHECK(unused[1].find("carecloud-syncd-api.socket") != std::string::npos);
}

TEST_CASE("unusable sockets are refused with a remedy") {
    {
        const PassedSockets passed({tcp_socket(INADDR_LOOPBACK)}, "http");
        CHECK(socket_refusal(take_inherited_sockets()).find("FileDescriptorName=") != std::string::npos);
    }
    {
        const PassedSockets passed({tcp_socket(INADDR_LOOPBACK), tcp_socket(INADDR_LOOPBACK)}, "sns:sns");
        CHECK(socket_refusal(take_inherited_sockets()).find(" is passed more than once") !=
              std::string::npos);
    }
    const PassedSockets passed({tcp_socket(INADDR_LOOPBACK, false)}, "api");
    CHECK(socket_refusal(take_inherited_sockets()).find(" is not a listening stream socket") !=
          std::string::npos);
}

TEST_CASE("an API that listens by default does not take a socket that systemd passes") {
    Configuration configuration;
    const auto environment = [](std::string_view name) -> std::optional<std::string> {
        return name == "RUNTIME_DIRECTORY" ? std::optional<std::string>("/run/x:/run/y") : std::nullopt;
    };
    const InheritedSockets sockets{
        .sns = {}, .api = ListenAddress{.host = "127.0.0.1", .port = 8461, .unix_path = {}, .descriptor = 3}};
    REQUIRE(use_inherited(sockets, configuration).has_value());
    listen_by_default(configuration.api, environment);
    CHECK(configuration.api.listen.to_string() == "unix:/run/x/api.sock");
    CHECK(configuration.api.numbers->to_string() == "127.0.0.1:8461");
    CHECK(unused_sockets(sockets, configuration).size() == 1);

    Configuration instance;
    listen_by_default(instance.api,
                      [](std::string_view) { return std::optional<std::string>("/run/x@north"); });
    CHECK(instance.api.listen.to_string() == "unix:/run/x@north/api.sock");
    CHECK_FALSE(instance.api.numbers);

    Configuration elsewhere;
    listen_by_default(elsewhere.api, [](std::string_view) { return std::nullopt; });
    CHECK_FALSE(elsewhere.api.configured);
    Configuration own;
    own.api.configured = true;
    listen_by_default(own.api, environment);
    CHECK(own.api.listen.to_string() == "127.0.0.1:8461");
}

TEST_CASE("a socket reachable from other machines needs the same as an address: a token, a certificate") {
    const InheritedSockets sockets{
        .sns = ListenAddress{.host = "::", .port = 443, .unix_path = {}, .descriptor = 3},
        .api = ListenAddress{.host = "0.0.0.0", .port = 80, .unix_path = {}, .descriptor = 4}};
    Configuration configuration = with_both_sections();
    const Result<> no_token = use_inherited(sockets, configuration);
    REQUIRE_FALSE(no_token.has_value());
    CHECK(no_token.error().hint.find("api.token_file") != std::string::npos);
    configuration.api.token_file = "/token";
    const Result<> no_tls = use_inherited(sockets, configuration);
    REQUIRE_FALSE(no_tls.has_value());
    CHECK(no_tls.error().hint.find("sns.tls") != std::string::npos);
    configuration.sns->tls = TlsFiles{.certificate = "/certificate", .private_key = "/key"};
    CHECK(use_inherited(sockets, configuration).has_value());
}
