// Finds a port for a program that cannot let the kernel choose one, such as nginx.
//
//     const std::uint16_t port = free_port();
#pragma once

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace carecloud {

// A currently unused port on 127.0.0.1. Throws std::system_error.
inline std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    const bool found = fd >= 0 && ::bind(fd, raw, sizeof address) == 0 && ::getsockname(fd, raw, &size) == 0;
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (!found) throw std::system_error(error, std::generic_category(), "find a port");
    return ntohs(address.sin_port);
}

}  // namespace carecloud
