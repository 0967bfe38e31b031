#include "api/api_query.hpp"

#include "api/problem.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <boost/url/encoding_opts.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace carecloud {

namespace urls = boost::urls;

namespace {

constexpr std::size_t kShownMax = 60;

// For a message: the beginning of a text, printable.
std::string shown(std::string_view text) {
    std::string out(text.substr(0, kShownMax));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < 0x20 || c == 0x7f; }, '.');
    return "\"" + out + (text.size() > kShownMax ? "…\"" : "\"");
}

bool has_control_byte(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// A calendar date in any year: an open end is often written as 99991231.
bool is_calendar_day(std::string_view digits) {
    using namespace std::chrono;
    if (digits.size() != 8) return false;
    const auto y = number_of(digits.substr(0, 4));
    const auto m = number_of(digits.substr(4, 2));
    const auto d = number_of(digits.substr(6, 2));
    if (!y || !m || !d) return false;
    return year_month_day(year(static_cast<int>(*y)), month(static_cast<unsigned>(*m)),
                          day(static_cast<unsigned>(*d)))
        .ok();
}

std::optional<Duration> span_of(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = number_of(text.substr(0, digits));
    const std::string_view unit = text.substr(digits);
    // More than a day is useless, and this limit prevents overflow.
    if (!number || *number > 86'400'000) return std::nullopt;
    const auto count = static_cast<std::int64_t>(*number);
    if (unit == "ms") return std::chrono::milliseconds(count);
    if (unit.empty() || unit == "s") return std::chrono::seconds(count);
    if (unit == "m") return std::chrono::minutes(count);
    return std::nullopt;
}

Error bad_target(std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "parse the request",
            .subject = std::move(what),
            .hint = "use path?name=value&name=value, percent-encoded"};
}

}  // namespace

Result<ApiQuery> ApiQuery::parse(std::string_view target) {
    const auto parsed = target.starts_with('/') ? urls::parse_origin_form(target) : urls::parse_uri(target);
    if (!parsed) return bad_target("invalid URL: " + parsed.error().message());
    ApiQuery query;
    for (const auto& segment : parsed->segments())
        query.segments_.emplace_back(segment);
    // "/v1/status/" is "/v1/status".
    if (!query.segments_.empty() && query.segments_.back().empty()) query.segments_.pop_back();
    urls::encoding_opts options;
    options.space_as_plus = true;
    if (parsed->encoded_params().size() > kParametersMax)
        return bad_target("more than " + std::to_string(kParametersMax) + " parameters");
    for (const auto& parameter : parsed->params(options))
        query.parameters_.push_back({std::string(parameter.key), std::string(parameter.value)});
    return query;
}

void ApiQuery::complain(std::string_view name, std::string detail, std::string hint) {
    if (complaint_) return;
    complaint_ = problem({.status = 400,
                          .code = "bad_parameter",
                          .detail = std::string(name) + " " + std::move(detail),
                          .hint = std::move(hint)});
}

std::optional<std::string> ApiQuery::take(std::string_view name) {
    std::optional<std::string> value;
    for (Parameter& parameter : parameters_) {
        if (parameter.name != name) continue;
        parameter.asked = true;
        if (value) complain(name, "is given more than once", "specify it once");
        value = parameter.value;
    }
    if (value && value->empty()) complain(name, "is empty", "use " + std::string(name) + "=VALUE");
    if (value && (value->size() > kValueMax || has_control_byte(*value))) {
        complain(name, "is too long or contains control characters: " + shown(*value),
                 "at most " + std::to_string(kValueMax) + " bytes of text");
    }
    return value;
}

std::optional<std::uint64_t> ApiQuery::number(std::string_view name, Range range) {
    const auto text = take(name);
    if (!text) return std::nullopt;
    const auto number = number_of(*text);
    if (number && *number >= range.min && *number <= range.max) return number;
    complain(name,
             "must be an integer from " + std::to_string(range.min) + " to " + std::to_string(range.max) +
                 ", not " + shown(*text),
             "use digits only");
    return std::nullopt;
}

std::uint64_t ApiQuery::number(std::string_view name, std::uint64_t otherwise, Range range) {
    return number(name, range).value_or(otherwise);
}

std::optional<std::string> ApiQuery::text(std::string_view name) {
    return take(name);
}

std::optional<std::string> ApiQuery::require(std::string_view name) {
    auto value = take(name);
    if (!value) complain(name, "is missing", "use " + std::string(name) + "=VALUE");
    return value;
}

bool ApiQuery::flag(std::string_view name) {
    const auto text = take(name);
    if (text && *text != "true" && *text != "false")
        complain(name, "must be true or false, not " + shown(*text), "use true or false");
    return text == "true";
}

std::optional<Timestamp> ApiQuery::instant(std::string_view name) {
    const auto text = take(name);
    if (!text) return std::nullopt;
    if (const auto at = Timestamp::parse(*text)) return at;
    complain(name, "must be a timestamp, not " + shown(*text),
             "use a form such as 2024-03-13T19:08:57Z, with Z or an offset (encode '+' as %2B)");
    return std::nullopt;
}

std::optional<std::uint32_t> ApiQuery::day(std::string_view name) {
    const auto text = take(name);
    if (!text) return std::nullopt;
    std::string digits = *text;
    if (digits.size() == 10 && digits[4] == '-' && digits[7] == '-') std::erase(digits, '-');
    if (is_calendar_day(digits)) return static_cast<std::uint32_t>(*number_of(digits));
    complain(name, "must be a day, not " + shown(*text), "use a form such as 20240301 or 2024-03-01");
    return std::nullopt;
}

Duration ApiQuery::span(std::string_view name, Duration max) {
    const auto text = take(name);
    if (!text) return {};
    const auto span = span_of(*text);
    if (span && *span <= max) return *span;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(max).count();
    complain(name, "must be a duration of at most " + std::to_string(seconds) + " s, not " + shown(*text),
             "use a form such as 30s or 500ms");
    return {};
}

std::optional<ServerResponse> ApiQuery::finish() {
    for (const Parameter& parameter : parameters_) {
        if (!parameter.asked)
            complain(shown(parameter.name), "is not a known parameter of this path",
                     "see manual: api, \"API\"");
    }
    return std::move(complaint_);
}

std::optional<std::uint64_t> path_number(std::string_view segment) {
    constexpr std::size_t digits_max = 18;
    return segment.size() > digits_max ? std::nullopt : number_of(segment);
}

}  // namespace carecloud
