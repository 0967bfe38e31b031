// HTTP/1.1 over one open connection: a request out, its answer in (RFC 9112).
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/byte_buffer.hpp"
#include "net/client/connection.hpp"
#include "net/http_message.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

namespace carecloud {

// A longer head is refused (bad_response).
inline constexpr std::size_t kHeadBytesMax = 64 * 1024;

struct ExchangeLimits {
    std::chrono::milliseconds head;  // from the first byte sent to the end of the answer's head
    std::chrono::milliseconds body;
    SteadyTime total_by;
    std::size_t body_bytes_max;
};

struct Answer {
    int status = 0;
    std::vector<HttpHeader> headers{};
    ByteBuffer body{};      // as it came: perhaps compressed
    bool reusable = false;  // the connection may carry another request
};

// Sends `request` (head and body) and takes the answer. Errors: unreachable where the connection broke,
// timed_out, bad_response where it is not HTTP or was cut short, too_large, canceled. After an error the
// connection is of no use.
Task<Result<Answer>> exchange(HttpConnection& connection, std::string_view request,
                              const ExchangeLimits& limits);

// Asks a proxy to connect to the origin (RFC 9110 9.3.6), under the deadline already set. Errors: as above,
// and unreachable where the proxy refuses.
Task<Result<>> open_tunnel(HttpConnection& connection, const Origin& origin, const Proxy& proxy);

}  // namespace carecloud
