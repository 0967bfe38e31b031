#include "sns/signing_url.hpp"

#include "sns/text.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kScheme = "https://";

Error bad_address(std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "check SigningCertURL",
            .subject = std::move(what),
            .hint = "SNS does not use such URLs; the sender is not SNS"};
}

bool is_certificate_path(std::string_view path) {
    constexpr std::string_view prefix = "/SimpleNotificationService-";
    constexpr std::string_view suffix = ".pem";
    constexpr std::size_t id_length = 32;
    if (path.size() != prefix.size() + id_length + suffix.size()) return false;
    if (!path.starts_with(prefix) || !path.ends_with(suffix)) return false;
    const std::string_view id = path.substr(prefix.size(), id_length);
    return std::all_of(id.begin(), id.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace

bool is_at(std::string_view url, const Origin& origin) {
    const std::string beginning = std::string(kScheme) + origin.authority() + "/";
    return origin.tls && url.starts_with(beginning);
}

Result<SigningHosts> SigningHosts::create(const std::vector<std::string>& certificate_hosts) {
    SigningHosts hosts;
    for (const std::string& host : certificate_hosts) {
        const Result<HttpUrl> url = parse_http_url(std::string(kScheme) + host + "/");
        if (!url || url->target != "/") {
            return Error{.code = ErrorCode::invalid_argument,
                         .operation = "read sns.trust.certificate_hosts",
                         .subject = "an entry is not a host",
                         .hint = "use host or host:port, without https:// and path"};
        }
        hosts.authorities_.push_back(url->origin.authority());
    }
    return hosts;
}

Result<HttpUrl> SigningHosts::check(std::string_view url, const SnsTopic& topic) const {
    if (!url.starts_with(kScheme)) return bad_address("not https");
    const std::string_view rest = url.substr(kScheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view authority = rest.substr(0, slash);
    const bool known = authorities_.empty() ? authority == topic.host
                                            : std::find(authorities_.begin(), authorities_.end(),
                                                        authority) != authorities_.end();
    if (!known) {
        return bad_address(authorities_.empty() ? "its host is not " + topic.host
                                                : "its host is not in sns.trust.certificate_hosts");
    }
    if (!is_certificate_path(rest.substr(slash)))
        return bad_address("its path is not that of an SNS certificate");
    return parse_http_url(url);
}

std::vector<std::string> SigningHosts::names(const HttpUrl& url, const SnsTopic& topic) const {
    std::vector<std::string> names = topic.certificate_names;
    names.push_back(url.origin.host);
    return names;
}

}  // namespace carecloud
