// Who may ask: with a token those alone who send it; without one, which is for this machine alone, everybody but a web
// page that a browser on this machine shows (its name made to lead here, or its script posting across sites), and
// whoever comes through a proxy, who may be anybody. For the
// status page a browser may send the token as the password of Basic authentication; pages of other sites may not use
// that.
//
//     if (auto refusal = co_await guard.refuse(request)) co_return std::move(*refusal);
//
// I/O thread alone.
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
    // `token` empty: none is asked for. `unix_socket`: browsers do not reach it.
    ApiGuard(Clock& clock, std::string_view token, bool unix_socket);

    // 401 a second later, so that guessing is slow; 429 at once where many are being kept waiting already. None: the
    // request may pass.
    Task<std::optional<ServerResponse>> refuse(const ServerRequest& request);

    // Wrong or missing tokens so far.
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
