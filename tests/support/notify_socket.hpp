// The receiving end of $NOTIFY_SOCKET, as systemd has it: receives the notifications of a service.
//
//     NotifySocket systemd;
//     ::setenv("NOTIFY_SOCKET", systemd.path().c_str(), 1);
//     … systemd.next()  →  READY=1, STATUS=2 streams (one per line)
//
// Not thread-safe.
#pragma once

#include "support/temp_dir.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace carecloud {

class NotifySocket {
  public:
    NotifySocket() : path_(directory_.file("notify")), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::system_error(errno, std::generic_category(), "bind");
    }
    ~NotifySocket() { ::close(fd_); }
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    const std::string& path() const { return path_; }

    // The oldest unread message; empty if there is none.
    std::string next() {
        std::array<char, 8192> buffer{};
        const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
        return size < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

    // The newest status text, after reading all messages.
    const std::string& status() {
        constexpr const char* kName = "STATUS=";
        for (std::string message = next(); !message.empty(); message = next()) {
            const std::size_t at = message.find(kName);
            if (at != std::string::npos) status_ = message.substr(at + std::strlen(kName));
        }
        return status_;
    }

  private:
    TempDir directory_;
    std::string path_;
    int fd_;
    std::string status_;
};

}  // namespace carecloud
