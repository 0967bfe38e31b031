#include "api/api_guard.hpp"

#include "api/problem.hpp"
#include "core/loopback.hpp"
#include "net/ascii.hpp"

#include <algorithm>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kPause{1};
constexpr std::size_t kSlowedMax = 64;

Hash sha256_of(std::string_view text) {
    Hash hash{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
    return hash;
}

// Of "host", "host:port", "[::1]:port"; upper and lower case mean the same (RFC 9110 4.2.3).
bool leads_here(std::string_view authority) {
    const bool bracketed = authority.starts_with('[');
    const std::string_view host =
        bracketed ? authority.substr(1, authority.find(']') - 1) : authority.substr(0, authority.find(':'));
    return is_loopback_host(ascii_lower(host));
}

// A header Origin is "scheme://host:port", or "null".
bool is_own_origin(std::string_view origin) {
    if (origin.empty()) return true;
    const std::size_t slashes = origin.find("://");
    return slashes != std::string_view::npos && leads_here(origin.substr(slashes + 3));
}

ServerResponse unauthorized_answer() {
    ServerResponse answer =
        problem({.status = 401,
                 .code = "unauthorized",
                 .detail = "the token is missing or wrong",
                 .hint = "send \"Authorization: Bearer TOKEN\", the line in api.token_file"});
    answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"carecloud-syncd\"");
    return answer;
}

// Counts one more for as long as it lives.
class Counted {
  public:
    explicit Counted(std::size_t& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

  private:
    std::size_t& count_;
};

}  // namespace

ApiGuard::ApiGuard(Clock& clock, std::string_view token, bool unix_socket)
    : clock_(clock), unix_socket_(unix_socket) {
    if (!token.empty()) token_hash_ = sha256_of(token);
}

bool ApiGuard::has_token(const ServerRequest& request) const {
    constexpr std::string_view scheme = "Bearer ";
    std::string_view sent = request.header("Authorization");
    if (!ascii_iequals(sent.substr(0, scheme.size()), scheme)) return false;
    sent.remove_prefix(scheme.size());
    const Hash hash = sha256_of(sent);
    return CRYPTO_memcmp(hash.data(), token_hash_->data(), hash.size()) == 0;
}

Task<std::optional<ServerResponse>> ApiGuard::refuse(const ServerRequest& request) {
    if (token_hash_) {
        if (has_token(request)) co_return std::nullopt;
        ++unauthorized_;
        if (slowed_ >= kSlowedMax) {
            ServerResponse busy = problem({.status = 429,
                                           .code = "too_many_guesses",
                                           .detail = "many wrong tokens came at once",
                                           .hint = "send the right one, or try again later",
                                           .retry_after = kPause});
            busy.close = true;
            co_return busy;
        }
        const Counted counted(slowed_);
        co_await clock_.sleep(kPause);
        co_return unauthorized_answer();
    }
    const bool own_host = leads_here(request.header("Host"));
    if (unix_socket_ || (own_host && is_own_origin(request.header("Origin")))) co_return std::nullopt;
    co_return problem({.status = 403,
                       .code = "foreign_origin",
                       .detail = "without a token only this machine is served, by its own name",
                       .hint = "ask 127.0.0.1 or localhost, or set api.token_file and send the token"});
}

}  // namespace carecloud
