#include "fake_server.hpp"

#include "store/postgres/values.hpp"

#include <arpa/inet.h>
#include <array>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace carecloud {
namespace {

std::string message(char type, const std::string& body) {
    std::string text(1, type);
    append_big_endian(text, body.size() + 4, 4);
    return text + body;
}

std::string parameter(const std::string& name, const std::string& value) {
    return message('S', name + '\0' + value + '\0');
}

}  // namespace

FakeServer::FakeServer(const std::string& version)
    : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listening_, raw, size) != 0 || ::listen(listening_, 1) != 0 ||
        ::getsockname(listening_, raw, &size) != 0)
        throw std::runtime_error("cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, version] { serve(version); });
}

FakeServer::~FakeServer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
}

void FakeServer::serve(const std::string& version) const {
    const int client = ::accept(listening_, nullptr, nullptr);
    if (client < 0) return;
    std::array<char, 1024> startup{};
    if (::recv(client, startup.data(), startup.size(), 0) <= 0) return;
    const std::string greeting = message('R', std::string(4, '\0')) + parameter("server_version", version) +
                                 parameter("server_encoding", "UTF8") + message('K', std::string(8, '\1')) +
                                 message('Z', "I");
    ::send(client, greeting.data(), greeting.size(), MSG_NOSIGNAL);
    while (::recv(client, startup.data(), startup.size(), 0) > 0) {
    }
    ::close(client);
}

}  // namespace carecloud
