#include "bench/kept_connection.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace carecloud::bench {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kLength = "\r\nContent-Length: ";  // as both the daemon and nginx write it
constexpr std::size_t kReceive = 256U << 10U;

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

std::size_t length_in(std::string_view head) {
    const std::size_t at = head.find(kLength);
    std::size_t length = 0;
    const char* const first = head.data() + at + kLength.size();
    if (at == std::string_view::npos ||
        std::from_chars(first, head.data() + head.size(), length).ec != std::errc{})
        throw std::runtime_error("an answer has no length: " + std::string(head));
    return length;
}

}  // namespace

KeptConnection::KeptConnection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (fd_ < 0) fail("create a socket");
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        ::close(fd_);
        fail("connect to a measured server");
    }
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

KeptConnection::~KeptConnection() {
    ::close(fd_);
}

void KeptConnection::send_all(std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) fail("send a request");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void KeptConnection::receive_some() {
    const std::size_t had = received_.size();
    received_.resize(had + kReceive);
    const ssize_t came = ::recv(fd_, received_.data() + had, kReceive, 0);
    if (came <= 0) throw std::runtime_error("a measured server has closed its connection");
    received_.resize(had + static_cast<std::size_t>(came));
}

std::string_view KeptConnection::get(const std::string& target) {
    send_all("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    received_.clear();
    std::size_t end = std::string::npos;
    while ((end = received_.find(kHeadEnd)) == std::string::npos)
        receive_some();
    const std::string_view head = std::string_view(received_).substr(0, end + 2);
    if (!head.starts_with("HTTP/1.1 200 ")) throw std::runtime_error("no 200: " + received_.substr(0, 300));
    const std::size_t begin = end + kHeadEnd.size();
    const std::size_t whole = begin + length_in(head);
    while (received_.size() < whole)
        receive_some();
    return std::string_view(received_).substr(begin);
}

}  // namespace carecloud::bench
