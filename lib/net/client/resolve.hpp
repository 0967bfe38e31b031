// From a host's name to its addresses, within a time.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

namespace carecloud {

// An address stands for itself, "localhost" for the loopback addresses (RFC 6761 6.3), both without asking
// anybody. At the deadline, or when canceled (operation_aborted is thrown), the question is left behind: the
// system's resolver cannot be interrupted. Errors: unreachable, timed_out. I/O thread.
Task<Result<std::vector<boost::asio::ip::tcp::endpoint>>> resolve(
    std::string host, std::uint16_t port, std::chrono::steady_clock::time_point deadline);

}  // namespace carecloud
