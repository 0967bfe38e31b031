// HTTP/1.1 over one open connection: sends a request and receives its response (RFC 9112).
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

// A longer head is rejected (bad_response).
inline constexpr std::size_t kHeadBytesMax = 64 * 1024;

struct ExchangeLimits {
    std::chrono::milliseconds head;  // from the first byte sent to the end of the response's head
    std::chrono::milliseconds body;
    SteadyTime total_by;
    std::size_t body_bytes_max;
};

struct Answer {
    int status = 0;
    std::vector<HttpHeader> headers{};
    ByteBuffer body{};      // as received: may be compressed
    bool reusable = false;  // the connection can be used for another request
};

// Sends `request` (head and body) and receives the response. Errors: unreachable if the connection broke, timed_out,
// bad_response if the response is not HTTP or is truncated, too_large, canceled. After an error the connection cannot
// be used again.
Task<Result<Answer>> exchange(HttpConnection& connection, std::string_view request,
                              const ExchangeLimits& limits);

// Requests a tunnel to the origin from a proxy (RFC 9110 9.3.6), under the current deadline. Errors: as above, and
// unreachable if the proxy refuses.
Task<Result<>> open_tunnel(HttpConnection& connection, const Origin& origin, const Proxy& proxy);

}  // namespace carecloud
