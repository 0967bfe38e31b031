#include "api/api_guard.hpp"

#include "api/problem.hpp"
#include "base/ascii.hpp"
#include "base/loopback.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kPause{1};
constexpr std::size_t kSlowedMax = 64;
constexpr std::size_t kBasicMax = 4096;  // bytes

Hash sha256_of(std::string_view text) {
    Hash hash{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
    return hash;
}

// Accepts "host", "host:port" and "[::1]:port"; the host is case-insensitive (RFC 9110 4.2.3).
bool leads_here(std::string_view authority) {
    const bool bracketed = authority.starts_with('[');
    const std::string_view host =
        bracketed ? authority.substr(1, authority.find(']') - 1) : authority.substr(0, authority.find(':'));
    return is_loopback_host(ascii_lower(host));
}

// The Origin header is "scheme://host:port" or "null".
bool is_own_origin(std::string_view origin) {
    if (origin.empty()) return true;
    const std::size_t slashes = origin.find("://");
    return slashes != std::string_view::npos && leads_here(origin.substr(slashes + 3));
}

// A client behind a proxy on this machine looks local, whatever Host the proxy forwards.
bool came_through_proxy(const ServerRequest& request) {
    static constexpr std::array<std::string_view, 8> names{"forwarded",           "via",
                                                           "x-real-ip",           "x-client-ip",
                                                           "x-cluster-client-ip", "true-client-ip",
                                                           "cf-connecting-ip",    "x-original-forwarded-for"};
    return std::any_of(request.headers.begin(), request.headers.end(), [](const HttpHeader& header) {
        const std::string name = ascii_lower(header.first);
        return name.starts_with("x-forwarded-") || std::find(names.begin(), names.end(), name) != names.end();
    });
}

// Returns the text after the scheme, which is case-insensitive (RFC 9110 11.1).
std::optional<std::string_view> behind(std::string_view scheme, std::string_view sent) {
    if (!ascii_iequals(sent.substr(0, scheme.size()), scheme)) return std::nullopt;
    return sent.substr(scheme.size());
}

// The password in base64("user:password") (RFC 7617); empty if invalid.
std::string password_in(std::string_view basic) {
    if (basic.empty() || basic.size() % 4 != 0 || basic.size() > kBasicMax) return {};
    std::string text(basic.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(basic.data()), static_cast<int>(basic.size()));
    if (size < 0) return {};
    const std::size_t padding = basic.ends_with("==") ? 2 : basic.ends_with("=") ? 1 : 0;
    text.resize(static_cast<std::size_t>(size) - padding);
    const std::size_t colon = text.find(':');
    return colon == std::string::npos ? std::string() : text.substr(colon + 1);
}

// A browser adds the stored password to every request that any page makes to this host: requests of other sites must be
// refused. Browsers name the site in Origin whenever the request could have an effect.
bool is_from_its_own_page(const ServerRequest& request) {
    const std::string_view site = request.header("Sec-Fetch-Site");
    if (!site.empty() && site != "same-origin" && site != "none") return false;
    const std::string_view origin = request.header("Origin");
    const std::size_t slashes = origin.find("://");
    return origin.empty() ||
           (slashes != std::string_view::npos && origin.substr(slashes + 3) == request.header("Host"));
}

ServerResponse unauthorized_answer(bool to_person) {
    ServerResponse answer =
        problem({.status = 401,
                 .code = "unauthorized",
                 .detail = "missing or wrong token",
                 .hint = "send \"Authorization: Bearer TOKEN\" with the token from api.token_file"});
    answer.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"carecloud-syncd\"");
    if (to_person)
        answer.headers.emplace_back("WWW-Authenticate",
                                    "Basic realm=\"carecloud-syncd, the token as the password\"");
    return answer;
}

}  // namespace

ApiGuard::ApiGuard(Clock& clock, std::string_view token, bool unix_socket)
    : clock_(clock), unix_socket_(unix_socket) {
    if (!token.empty()) token_hash_ = sha256_of(token);
}

bool ApiGuard::has_token(const ServerRequest& request) const {
    const std::string_view sent = request.header("Authorization");
    if (const auto token = behind("Bearer ", sent)) return is_token(*token);
    const auto basic = behind("Basic ", sent);
    return basic && is_from_its_own_page(request) && is_token(password_in(*basic));
}

bool ApiGuard::is_token(std::string_view sent) const {
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
                                           .detail = "too many requests with a wrong token",
                                           .hint = "send the correct token, or try again later",
                                           .retry_after = kPause});
            busy.close = true;
            co_return busy;
        }
        const Counted counted(slowed_);
        co_await clock_.sleep(kPause);
        const bool to_person = request.header("Accept").find("text/html") != std::string_view::npos;
        co_return unauthorized_answer(to_person);
    }
    if (came_through_proxy(request)) {
        co_return problem({.status = 403,
                           .code = "through_a_proxy",
                           .detail = "no token is configured, and the request came through a proxy "
                                     "(Forwarded, Via, X-Forwarded-…), which hides the client",
                           .hint = "set api.token_file and send the token"});
    }
    const bool own_host = leads_here(request.header("Host"));
    if (unix_socket_ || (own_host && is_own_origin(request.header("Origin")))) co_return std::nullopt;
    co_return problem(
        {.status = 403,
         .code = "foreign_origin",
         .detail = "without a token, only requests from this machine to a loopback name are allowed",
         .hint = "use 127.0.0.1 or localhost, or set api.token_file and send the token"});
}

}  // namespace carecloud
