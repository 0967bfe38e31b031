#include "base/timestamp.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace carecloud {
namespace {

// Parses exactly `digits` decimal digits at the front of `text` and removes them.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
    if (text.size() < digits) return std::nullopt;
    int value = 0;
    for (char c : text.substr(0, digits)) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take_char(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

// The fraction after the dot, in ticks. At most nine digits; digits below a tick must be zero.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
    std::int64_t ticks = 0;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        const int digit = text.front() - '0';
        text.remove_prefix(1);
        if (++digits > 9) return std::nullopt;
        if (digits <= 7)
            ticks = ticks * 10 + digit;
        else if (digit != 0)
            return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 7; ++digits)
        ticks *= 10;
    return ticks;
}

// 'Z' or "+hh:mm", which must end the text, in seconds east of UTC.
std::optional<std::int64_t> take_zone(std::string_view& text) {
    if (text == "Z") return 0;
    const bool east = !text.empty() && text.front() == '+';
    if (!east && (text.empty() || text.front() != '-')) return std::nullopt;
    text.remove_prefix(1);
    const auto hours = take_number(text, 2);
    if (!hours || *hours > 23 || !take_char(text, ':')) return std::nullopt;
    const auto minutes = take_number(text, 2);
    if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
    const std::int64_t seconds = (*hours * 60 + *minutes) * 60;
    return east ? seconds : -seconds;
}

struct Civil {
    std::chrono::year_month_day date;
    std::int64_t second_of_day;
    std::int64_t fraction_ticks;
};

Civil civil_of(Timestamp at) {
    using namespace std::chrono;
    constexpr std::int64_t ticks_per_day = 86'400 * Timestamp::ticks_per_second;
    std::int64_t day = at.ticks / ticks_per_day;
    std::int64_t rest = at.ticks % ticks_per_day;
    if (rest < 0) {
        rest += ticks_per_day;
        --day;
    }
    return {year_month_day{sys_days{days{day}}}, rest / Timestamp::ticks_per_second,
            rest % Timestamp::ticks_per_second};
}

std::string render(Timestamp at, int digits) {
    const Civil civil = civil_of(at);
    const long long fraction =
        digits == 7 ? civil.fraction_ticks : civil.fraction_ticks / Timestamp::ticks_per_millisecond;
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02lld:%02lld:%02lld.%0*lldZ",
        static_cast<int>(civil.date.year()), static_cast<unsigned>(civil.date.month()),
        static_cast<unsigned>(civil.date.day()), static_cast<long long>(civil.second_of_day / 3600),
        static_cast<long long>(civil.second_of_day / 60 % 60),
        static_cast<long long>(civil.second_of_day % 60), digits, fraction);
    return {text.data(), static_cast<std::size_t>(size)};
}

Timestamp start_of(std::chrono::year_month month) {
    const std::chrono::sys_days first{month / 1};
    return Timestamp{first.time_since_epoch().count() * 86'400 * Timestamp::ticks_per_second};
}

}  // namespace

std::optional<Timestamp> Timestamp::parse(std::string_view text) {
    using namespace std::chrono;
    const auto y = take_number(text, 4);
    if (!y || *y == 0 || !take_char(text, '-')) return std::nullopt;
    const auto mon = take_number(text, 2);
    if (!mon || !take_char(text, '-')) return std::nullopt;
    const auto d = take_number(text, 2);
    if (!d || !take_char(text, 'T')) return std::nullopt;
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*mon)}, day{static_cast<unsigned>(*d)}};
    if (!date.ok()) return std::nullopt;

    const auto h = take_number(text, 2);
    if (!h || *h > 23 || !take_char(text, ':')) return std::nullopt;
    const auto min = take_number(text, 2);
    if (!min || *min > 59 || !take_char(text, ':')) return std::nullopt;
    const auto s = take_number(text, 2);
    if (!s || *s > 59) return std::nullopt;

    std::int64_t fraction = 0;
    if (take_char(text, '.')) {
        const auto parsed = take_fraction(text);
        if (!parsed) return std::nullopt;
        fraction = *parsed;
    }
    const auto offset = take_zone(text);
    if (!offset) return std::nullopt;

    const std::int64_t day_count = sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = day_count * 86'400 + *h * 3600 + *min * 60 + *s - *offset;
    return Timestamp{seconds * ticks_per_second + fraction};
}

std::string Timestamp::to_string() const {
    return render(*this, 7);
}

std::string Timestamp::to_string_ms() const {
    return render(*this, 3);
}

std::string month_of(Timestamp at) {
    return at.to_string().substr(0, 7);
}

Timestamp this_month(Timestamp at) {
    const std::chrono::year_month_day date = civil_of(at).date;
    return start_of(date.year() / date.month());
}

Timestamp next_month(Timestamp at) {
    const std::chrono::year_month_day date = civil_of(at).date;
    return start_of(date.year() / date.month() + std::chrono::months{1});
}

}  // namespace carecloud
