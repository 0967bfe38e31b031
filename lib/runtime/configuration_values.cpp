#include "base/ascii.hpp"
#include "base/loopback.hpp"
#include "runtime/configuration_sections.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace carecloud {
namespace {

bool lies_in(const std::filesystem::path& directory, const std::string& name) {
    std::error_code failure;
    return std::filesystem::exists(directory / name, failure) && !failure;
}

// Whether the text has the format of an API Gateway key (40 letters and digits), and so is unlikely to be a file name.
bool looks_like_a_key(const std::string& text) {
    return text.size() >= 20 && std::any_of(text.begin(), text.end(), is_digit) &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_letter(c); });
}

bool is_port(const std::string& digits) {
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return failure == std::errc{} && end == digits.data() + digits.size() && port > 0;
}

// Zones such as "[fe80::1%25eth0]" are accepted by Boost.URL 1.83, but not by 1.81.
bool has_zone(const boost::urls::url_view& url) {
    return url.encoded_host().starts_with('[') && url.encoded_host().contains('%');
}

// Returns "problem; remedy", or an empty text. The URL is not shown: it may contain a password.
std::string base_url_problem(const boost::urls::url_view& url) {
    if (url.has_userinfo())
        return "the URL must not contain a user or password; put the key into api_key_file";
    if (url.host().empty()) return "the URL has no host; use https://host/path";
    // Boost.URL 1.81 parses "127.0.0.1.example.org" as a host and such a path (findings/boost-url-ipv4-prefix.sh).
    if (!url.encoded_path().empty() && url.encoded_path().front() != '/')
        return "host names that start with an IP address are not supported; use another name of that host";
    if (url.has_port() && !is_port(std::string(url.port())))
        return "the port must be from 1 to 65535; correct or remove it";
    if (url.has_query() || url.has_fragment())
        return "the URL must not contain a query or fragment; remove '?' or '#' and the rest";
    if (url.scheme() == "https") return {};
    if (url.scheme() != "http") return "the URL scheme must be https; use https://host/path";
    if (is_loopback_host(std::string(url.host_address()))) return {};
    return "http is only allowed to loopback, because the key would be sent unencrypted; use https://";
}

}  // namespace

std::optional<std::string> as_file(const Field& field, FileUse use, const ConfigurationSource& source) {
    std::optional<std::string> text = as_text(field);
    if (!text) return std::nullopt;
    if (use == FileUse::secret && looks_like_a_key(*text)) {
        field.problem(
            "this looks like the secret itself; put it into a separate file, chmod 600, and specify the file "
            "here");
        return std::nullopt;
    }
    const std::filesystem::path path(*text);
    if (path.is_absolute()) return text;
    if (use == FileUse::secret && path.filename() == path) {
        const auto credentials = source.environment("CREDENTIALS_DIRECTORY");
        if (credentials && !credentials->empty() && lies_in(*credentials, *text)) {
            return (std::filesystem::path(*credentials) / path).string();
        }
    }
    return (source.directory / path).lexically_normal().string();
}

std::optional<ListenAddress> as_listen_address(const Field& field, bool unix_allowed) {
    const std::optional<std::string> text = as_text(field);
    if (!text) return std::nullopt;
    const Result<ListenAddress> address = parse_listen_address(*text, unix_allowed);
    if (address) return *address;
    if (field.node->expanded) {
        field.problem(in_quotes(field.node->shown) + " (after variable expansion) is not an address; " +
                      address.error().hint);
    } else {
        field.problem(address.error());
    }
    return std::nullopt;
}

std::optional<std::string> as_base_url(const Field& field) {
    std::optional<std::string> text = as_text(field);
    if (!text) return std::nullopt;
    const auto url = boost::urls::parse_uri(*text);
    if (!url || has_zone(*url)) {
        field.problem("not a URL; use https://host/path, with other characters percent-encoded");
        return std::nullopt;
    }
    if (std::string problem = base_url_problem(*url); !problem.empty()) {
        field.problem(std::move(problem));
        return std::nullopt;
    }
    while (text->ends_with('/'))
        text->pop_back();
    return text;
}

}  // namespace carecloud
