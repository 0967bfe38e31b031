#include "portal/http/refusal.hpp"

#include "base/ascii.hpp"
#include "json/redact.hpp"
#include "net/http_message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

namespace carecloud {

namespace {

using nlohmann::json;

constexpr std::size_t kRefusalBytesMax = 64 * 1024;
constexpr std::chrono::milliseconds kRetryAfterMax = std::chrono::hours(24 * 31);

// Finds a member in either spelling.
const json* member(const json& object, const char* camel, const char* pascal) {
    for (const char* name : {camel, pascal}) {
        const auto found = object.find(name);
        if (found != object.end()) return &*found;
    }
    return nullptr;
}

std::string text_member(const json& object, const char* camel, const char* pascal) {
    const json* found = member(object, camel, pascal);
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string{};
}

// The whole text must match, except for case, blanks and a full stop: "Rate limit exceeded" has another meaning.
bool is_limit_exceeded(std::string_view message) {
    constexpr std::string_view edges = " \t\r\n.";
    const auto from = message.find_first_not_of(edges);
    if (from == std::string_view::npos) return false;
    const auto to = message.find_last_not_of(edges);
    return ascii_iequals(message.substr(from, to - from + 1), "limit exceeded");
}

struct Meaning {
    ErrorCode code;
    std::string hint;
};

// The portal's ErrorCodes that are equivalent to an HTTP status, named as in the framework's HttpStatusCode.
ErrorCode code_of(std::string_view portal_code) {
    struct Named {
        std::string_view name;
        ErrorCode code;
    };
    constexpr auto names = std::to_array<Named>({{"Unauthorized", ErrorCode::key_refused},
                                                 {"Forbidden", ErrorCode::key_refused},
                                                 {"TooManyRequests", ErrorCode::rate_limited},
                                                 {"InternalServerError", ErrorCode::server_failed},
                                                 {"ServiceUnavailable", ErrorCode::server_failed},
                                                 {"GatewayTimeout", ErrorCode::timed_out}});
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](Named named) { return ascii_iequals(named.name, portal_code); });
    return found == names.end() ? ErrorCode::refused : found->code;
}

constexpr const char* kKeyHint = "check that portal.api_key_file contains a valid, unexpired key";

// Whether the gateway's own message is about the key: "Forbidden", or an authorizer's message.
bool is_about_key(std::string_view message) {
    if (ascii_iequals(message, "Forbidden")) return true;
    std::string lower(message);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    const auto says = [&](const char* word) { return lower.find(word) != std::string::npos; };
    return says("api key") || says("not authorized") || says("unauthorized") || says("expired");
}

// The key is refused only if the gateway or the portal reports it: a firewall in between also responds with 403 (hazard
// 36).
Meaning meaning_of_forbidden(const RefusalText& text) {
    if (ascii_iequals(text.message, "Missing Authentication Token")) {
        // The gateway's response to an unknown path.
        return {ErrorCode::refused,
                "the gateway does not know this path: check portal.base_url and the entity"};
    }
    const bool portal_says = text.is_portal && code_of(text.code) == ErrorCode::key_refused;
    if (portal_says || text.is_of_key) return {ErrorCode::key_refused, kKeyHint};
    return {ErrorCode::refused,
            "not a refused key according to the Portal or its gateway; a firewall or proxy in front of it "
            "probably responded: make it allow requests to portal.base_url"};
}

Meaning meaning_of_too_many(const HttpResponse& response, const RefusalText& text) {
    const bool is_quota = text.is_quota || is_limit_exceeded(response.text()) ||
                          response.header("x-amzn-ErrorType").starts_with("LimitExceeded");
    if (is_quota)
        return {ErrorCode::quota_exhausted, "the monthly quota of requests is used up: request a larger one"};
    return {ErrorCode::rate_limited, "if this happens often, lower portal.rate"};
}

Meaning meaning_of(const HttpResponse& response, const RefusalText& text) {
    switch (response.status) {
        case 401:
            return {ErrorCode::key_refused, kKeyHint};
        case 403:
            return meaning_of_forbidden(text);
        case 404:
            return {ErrorCode::refused, "check portal.base_url and the stream's entity"};
        case 408:
            return {ErrorCode::timed_out, ""};
        case 413:
            return {ErrorCode::too_large, "request fewer records"};
        case 429:
            return meaning_of_too_many(response, text);
        case 504:
            return {ErrorCode::timed_out, "the gateway waits at most 29 s: request fewer records"};
        default:
            break;
    }
    if (response.status >= 500) return {ErrorCode::server_failed, ""};
    if (response.status >= 400) return {ErrorCode::refused, ""};
    if (response.status >= 300) {
        return {ErrorCode::refused, "redirects are not followed: set portal.base_url to the final URL"};
    }
    return {ErrorCode::bad_response, "check portal.base_url"};
}

// Fixed names: the server's reason phrase is arbitrary text.
std::string_view name_of_status(int status) {
    struct Named {
        int status;
        std::string_view name;
    };
    constexpr auto names = std::to_array<Named>({{400, " Bad Request"},
                                                 {401, " Unauthorized"},
                                                 {403, " Forbidden"},
                                                 {404, " Not Found"},
                                                 {408, " Request Timeout"},
                                                 {413, " Content Too Large"},
                                                 {429, " Too Many Requests"},
                                                 {500, " Internal Server Error"},
                                                 {502, " Bad Gateway"},
                                                 {503, " Service Unavailable"},
                                                 {504, " Gateway Timeout"}});
    const auto found =
        std::find_if(names.begin(), names.end(), [=](Named named) { return named.status == status; });
    return found == names.end() ? std::string_view{} : found->name;
}

std::string said(const RefusalText& text) {
    if (text.code.empty()) return text.message;
    return text.message.empty() ? text.code : text.code + ": " + text.message;
}

void add(std::string& subject, const std::string& more) {
    if (!more.empty()) subject += ": " + more;
}

bool is_not_found(std::string_view code) {
    return ascii_iequals(code, "NotFound") || code == "404";
}

}  // namespace

std::optional<RefusalText> read_refusal(std::string_view body) {
    if (body.size() > kRefusalBytesMax) return std::nullopt;
    const json parsed = json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (!parsed.is_object()) return std::nullopt;
    RefusalText text;
    std::string message = text_member(parsed, "message", "Message");
    const json* status = member(parsed, "responseStatus", "ResponseStatus");
    if (status != nullptr && status->is_object()) {
        text.code = redact(text_member(*status, "errorCode", "ErrorCode"), 64);
        const std::string inner = text_member(*status, "message", "Message");
        if (!inner.empty()) message = inner;
    }
    const json* success = member(parsed, "isSuccess", "IsSuccess");
    text.says_no = success != nullptr && *success == false;
    text.is_portal = status != nullptr || success != nullptr;
    text.is_quota = is_limit_exceeded(message);
    text.is_of_key = is_about_key(message);
    text.message = redact(message);
    return text;
}

Error refusal_of(const HttpResponse& response, std::string operation, Timestamp now) {
    const auto read = read_refusal(response.text());
    const RefusalText text = read.value_or(RefusalText{});
    Meaning meaning = meaning_of(response, text);
    std::string subject = "HTTP " + std::to_string(response.status);
    subject += name_of_status(response.status);
    add(subject, read ? said(text) : redact(response.text()));
    return {.code = meaning.code,
            .operation = std::move(operation),
            .subject = std::move(subject),
            .hint = std::move(meaning.hint),
            .retry_after = retry_after_of(response, now)};
}

Error refusal_of(const RefusalText& text, std::string operation) {
    std::string subject = "the portal responded with isSuccess:false";
    add(subject, said(text));
    const ErrorCode code = code_of(text.code);
    const bool is_key = code == ErrorCode::key_refused;
    return {.code = code,
            .operation = std::move(operation),
            .subject = std::move(subject),
            .hint = is_key ? kKeyHint : ""};
}

bool denies_record(const RefusalText& text) {
    return text.is_portal && is_not_found(text.code);
}

bool denies_record(const HttpResponse& response) {
    if (response.status != 404) return false;
    if (response.size == 0) return true;
    const auto text = read_refusal(response.text());
    return text && text->is_portal;
}

std::optional<std::chrono::milliseconds> retry_after_of(const HttpResponse& response, Timestamp now) {
    const std::string_view value = response.header("Retry-After");
    if (value.empty()) return std::nullopt;
    std::chrono::seconds wait{0};
    const bool digits = std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits) {
        std::int64_t seconds = 0;
        const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), seconds);
        if (failure != std::errc{}) return kRetryAfterMax;  // more than 2^63 seconds
        wait = std::chrono::seconds(seconds);
    } else {
        const auto until = parse_http_date(value, now);
        if (!until) return std::nullopt;
        wait =
            std::chrono::duration_cast<std::chrono::seconds>(*until - date_of(response, now).value_or(now));
    }
    constexpr auto longest = std::chrono::duration_cast<std::chrono::seconds>(kRetryAfterMax);
    return std::clamp(wait, std::chrono::seconds(0), longest);
}

std::optional<Timestamp> date_of(const HttpResponse& response, Timestamp now) {
    return parse_http_date(response.header("Date"), now);
}

}  // namespace carecloud
