// The address that a server of the daemon listens on: an IP address and a port, or a Unix socket. Pure.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace carecloud {

struct ListenAddress {
    std::string host;        // an IP address without brackets, or "localhost"; empty for a Unix socket
    std::uint16_t port = 0;  // 0: the kernel chooses
    std::string unix_path;   // absolute; empty for TCP
    int descriptor = -1;     // of a socket passed by systemd, see inherited_sockets.hpp; -1: none

    bool is_unix() const { return !unix_path.empty(); }
    // Whether only this machine can connect.
    bool loopback() const;
    // "127.0.0.1:8461", "[::1]:8461", "unix:/run/…": the format of parse_listen_address.
    std::string to_string() const;

    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

// Parses "0.0.0.0:8443", "[::]:8443", "localhost:8461" or, if `unix_allowed`, "unix:/path". Other host names are
// refused: the address that they resolve to, and so who can connect, may change. Errors: invalid_argument, with subject
// and hint.
Result<ListenAddress> parse_listen_address(std::string_view text, bool unix_allowed);

}  // namespace carecloud
