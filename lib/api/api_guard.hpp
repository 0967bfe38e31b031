// Access control. With a token, only clients that send it are admitted. Without a token, which is for this machine
// only, everybody is admitted except a web page in a browser on this machine (whose name was made to resolve to this
// machine, or whose script posts across sites), and a client behind a proxy, who may be anybody. For the status page a
// browser may send the token as the password of Basic authentication; pages of other sites may not use that.
//
//     if (auto refusal = co_await guard.refuse(request)) co_return std::move(*refusal);
//
// I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "model/record.hpp"
#include "net/server/message.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class ApiGuard {
  public:
    // `token` empty: no token is required. `unix_socket`: browsers cannot reach it.
    ApiGuard(Clock& clock, std::string_view token, bool unix_socket);

    // Returns std::nullopt if the client is admitted. A wrong token gets 401 after a second, which slows down guessing,
    // or 429 immediately if many clients are already being delayed.
    Task<std::optional<ServerResponse>> refuse(const ServerRequest& request);

    // The number of requests with a wrong or missing token.
    std::uint64_t unauthorized() const { return unauthorized_; }

  private:
    bool has_token(const ServerRequest& request) const;
    bool is_token(std::string_view sent) const;

    Clock& clock_;
    std::optional<Hash> token_hash_;
    bool unix_socket_;
    std::uint64_t unauthorized_ = 0;
    std::size_t slowed_ = 0;
};

}  // namespace carecloud
