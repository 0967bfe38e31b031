#include "portal/day_range.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace carecloud {
namespace {

using Day = std::chrono::year_month_day;

constexpr std::size_t kDayTextSize = 8;

int digits_of(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Day day_from(std::string_view text) {
    return {std::chrono::year(digits_of(text.substr(0, 4))),
            std::chrono::month(static_cast<unsigned>(digits_of(text.substr(4, 2)))),
            std::chrono::day(static_cast<unsigned>(digits_of(text.substr(6, 2))))};
}

std::string text_of(Day day) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02u", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    return text.data();
}

Day next_day(Day day) {
    return {std::chrono::sys_days(day) + std::chrono::days(1)};
}

// The first day of the month after.
Day next_month_of(Day day) {
    return day.year() / day.month() / 1 + std::chrono::months(1);
}

std::string began(std::string_view from, std::string_view before) {
    return R"({"startDate":{"$gte":")" + std::string(from) + R"(","$lt":")" + std::string(before) + R"("}})";
}

}  // namespace

bool is_day(std::string_view text) {
    if (text.size() != kDayTextSize || !std::all_of(text.begin(), text.end(), is_digit)) return false;
    const Day day = day_from(text);
    return day.ok() && day.year() >= std::chrono::year(1900) && day.year() <= std::chrono::year(2100);
}

std::vector<std::string> day_steps(std::string_view first_day, std::string_view last_day) {
    const std::string first(first_day);
    // A text may go on with a time of day: the bound is the day after, not reached.
    const Day end = next_day(day_from(last_day));
    std::vector<std::string> steps{R"({"startDate":{"$lt":")" + first + R"("},"endDate":{"$gte":")" + first +
                                   R"("}})"};
    for (Day from = day_from(first_day); from < end;) {
        const Day next = std::min(next_month_of(from), end);
        steps.push_back(began(text_of(from), text_of(next)));
        from = next;
    }
    return steps;
}

}  // namespace carecloud
