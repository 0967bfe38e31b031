#include "net/http_message.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace carecloud {
namespace {

bool is_visible(char c) {
    return c > 0x20 && c < 0x7f;
}

// The characters of a token (RFC 9110 5.6.2).
bool is_token_character(char c) {
    constexpr std::string_view delimiters = "\"(),/:;<=>?@[\\]{}";
    return is_visible(c) && delimiters.find(c) == std::string_view::npos;
}

Error refused(const HttpRequest& request, std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = request.operation,
            .subject = std::move(what),
            .hint = "use printable ASCII only"};
}

bool needs_length(const HttpRequest& request) {
    return !request.body.empty() || request.method == "POST" || request.method == "PUT";
}

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// Parses the text from the front; after the first mismatch, `ok` stays false.
struct Reader {
    std::string_view rest;
    bool ok = true;

    void expect(std::string_view literal) {
        ok = ok && rest.starts_with(literal);
        if (ok) rest.remove_prefix(literal.size());
    }

    int number(std::size_t digits) {
        int value = 0;
        ok = ok && rest.size() >= digits;
        for (std::size_t i = 0; ok && i < digits; ++i) {
            ok = rest[i] >= '0' && rest[i] <= '9';
            value = value * 10 + (rest[i] - '0');
        }
        if (ok) rest.remove_prefix(digits);
        return value;
    }

    // asctime pads a day below ten with a blank.
    int blank_padded_day() {
        if (ok && rest.starts_with(' ')) {
            rest.remove_prefix(1);
            return number(1);
        }
        return number(2);
    }

    unsigned month() {
        const auto found = std::find_if(kMonths.begin(), kMonths.end(), [&](std::string_view name) {
            return ascii_iequals(rest.substr(0, 3), name);
        });
        ok = ok && found != kMonths.end();
        if (ok) rest.remove_prefix(3);
        return ok ? static_cast<unsigned>(found - kMonths.begin()) + 1 : 1;
    }
};

struct Fields {
    int year = 0;
    unsigned month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;

    void read_time(Reader& reader) {
        hour = reader.number(2);
        reader.expect(":");
        minute = reader.number(2);
        reader.expect(":");
        second = reader.number(2);
    }
};

std::optional<Timestamp> to_timestamp(const Fields& fields) {
    namespace chrono = std::chrono;
    const chrono::year_month_day date{chrono::year{fields.year}, chrono::month{fields.month},
                                      chrono::day{static_cast<unsigned>(fields.day)}};
    // A leap second, 60, becomes the second after it.
    if (!date.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60) return std::nullopt;
    const auto since_epoch = chrono::sys_days{date}.time_since_epoch() + chrono::hours{fields.hour} +
                             chrono::minutes{fields.minute} + chrono::seconds{fields.second};
    return Timestamp{chrono::seconds{since_epoch}.count() * Timestamp::ticks_per_second};
}

std::optional<Timestamp> finish(const Reader& reader, const Fields& fields) {
    if (!reader.ok || !reader.rest.empty()) return std::nullopt;
    return to_timestamp(fields);
}

std::optional<Timestamp> parse_imf(std::string_view after_comma) {
    Reader reader{after_comma};
    Fields fields;
    reader.expect(" ");
    fields.day = reader.number(2);
    reader.expect(" ");
    fields.month = reader.month();
    reader.expect(" ");
    fields.year = reader.number(4);
    reader.expect(" ");
    fields.read_time(reader);
    reader.expect(" GMT");
    return finish(reader, fields);
}

std::optional<Timestamp> parse_rfc850(std::string_view after_comma, Timestamp now) {
    Reader reader{after_comma};
    Fields fields;
    reader.expect(" ");
    fields.day = reader.number(2);
    reader.expect("-");
    fields.month = reader.month();
    reader.expect("-");
    const int this_year = std::stoi(now.to_string().substr(0, 4));
    fields.year = this_year - this_year % 100 + reader.number(2);
    if (fields.year > this_year + 50) fields.year -= 100;
    reader.expect(" ");
    fields.read_time(reader);
    reader.expect(" GMT");
    return finish(reader, fields);
}

std::optional<Timestamp> parse_asctime(std::string_view text) {
    if (text.size() < 4) return std::nullopt;
    Reader reader{text.substr(3)};
    Fields fields;
    reader.expect(" ");
    fields.month = reader.month();
    reader.expect(" ");
    fields.day = reader.blank_padded_day();
    reader.expect(" ");
    fields.read_time(reader);
    reader.expect(" ");
    fields.year = reader.number(4);
    return finish(reader, fields);
}

bool starts_with_day(std::string_view text) {
    return std::any_of(kDays.begin(), kDays.end(),
                       [&](std::string_view day) { return ascii_iequals(text.substr(0, 3), day); });
}

}  // namespace

std::string_view find_header(const std::vector<HttpHeader>& headers, std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& header) {
        return ascii_iequals(header.first, name);
    });
    return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_header_value(std::string_view text) {
    if (text.empty()) return true;
    if (!is_visible(text.front()) || !is_visible(text.back())) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_visible(c) || c == ' '; });
}

Result<std::string> request_head(const HttpRequest& request, std::string_view host) {
    if (!is_token(request.method)) return refused(request, "invalid request method");
    if (!request.target.starts_with('/') ||
        !std::all_of(request.target.begin(), request.target.end(), is_visible)) {
        return refused(request, "invalid request path");
    }
    std::string head = request.method + " " + request.target + " HTTP/1.1\r\nHost: ";
    head += host;
    head += "\r\nAccept-Encoding: gzip\r\n";
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name)) return refused(request, "invalid header name");
        if (!is_header_value(value)) return refused(request, "invalid value of header " + name);
        head.append(name).append(": ").append(value).append("\r\n");
    }
    if (needs_length(request)) head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    head += "\r\n";
    return head;
}

std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now) {
    if (!starts_with_day(text)) return std::nullopt;
    const auto comma = text.find(',');
    if (comma == std::string_view::npos) return parse_asctime(text);
    const std::string_view after_comma = text.substr(comma + 1);
    return comma == 3 ? parse_imf(after_comma) : parse_rfc850(after_comma, now);
}

std::string format_http_date(Timestamp at) {
    namespace chrono = std::chrono;
    const chrono::sys_seconds whole{chrono::seconds{at.seconds()}};
    const auto midnight = chrono::floor<chrono::days>(whole);
    const chrono::year_month_day date{midnight};
    const chrono::hh_mm_ss time{whole - midnight};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  kDays[chrono::weekday{midnight}.c_encoding()].data(), static_cast<unsigned>(date.day()),
                  kMonths[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    return text.data();
}

}  // namespace carecloud
