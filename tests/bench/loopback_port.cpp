#include "bench/loopback_port.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace carecloud::bench {

std::uint16_t free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    const bool found = fd >= 0 && ::bind(fd, raw, sizeof address) == 0 && ::getsockname(fd, raw, &size) == 0;
    if (fd >= 0) ::close(fd);
    if (!found) throw std::system_error(errno, std::generic_category(), "find a port");
    return ntohs(address.sin_port);
}

}  // namespace carecloud::bench
