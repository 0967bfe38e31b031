#include "ctl/day_text.hpp"

#include "runtime/text.hpp"

#include <charconv>
#include <chrono>
#include <optional>

namespace carecloud {
namespace {

constexpr const char* kDayHint = "use a day such as 2026-03-15, or a month such as 2026-03";

std::optional<unsigned> digits_of(std::string_view text) {
    unsigned number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string two_digits(unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::optional<std::chrono::year_month_day> date_of(std::string_view text, MonthEdge edge) {
    using namespace std::chrono;
    const bool month_alone = text.size() == 7;
    if ((!month_alone && text.size() != 10) || text[4] != '-') return std::nullopt;
    if (!month_alone && text[7] != '-') return std::nullopt;
    const auto year_number = digits_of(text.substr(0, 4));
    const auto month_number = digits_of(text.substr(5, 2));
    if (!year_number || *year_number < 1900 || !month_number) return std::nullopt;
    const auto whole = year(static_cast<int>(*year_number)) / month(*month_number);
    if (!whole.ok()) return std::nullopt;
    if (month_alone && edge == MonthEdge::first) return whole / day(1);
    if (month_alone) return year_month_day(whole / last);
    const auto day_number = digits_of(text.substr(8, 2));
    if (!day_number) return std::nullopt;
    return whole / day(*day_number);
}

}  // namespace

CtlResult<std::string> parse_day_text(std::string_view text, MonthEdge edge) {
    const auto date = date_of(text, edge);
    if (!date || !date->ok())
        return CtlFailure{
            .exit = CtlExit::usage, .what = in_quotes(text) + " is not a day", .hint = kDayHint};
    return std::to_string(static_cast<int>(date->year())) + "-" +
           two_digits(static_cast<unsigned>(date->month())) + "-" +
           two_digits(static_cast<unsigned>(date->day()));
}

CtlResult<DayTexts> parse_day_range(const CommandLine& line) {
    DayTexts days;
    if (line.has("from")) {
        auto from = parse_day_text(line.text("from"), MonthEdge::first);
        if (!from) return from.error();
        days.from = *std::move(from);
    }
    if (line.has("to")) {
        auto to = parse_day_text(line.text("to"), MonthEdge::last);
        if (!to) return to.error();
        days.to = *std::move(to);
    }
    if (!days.from.empty() && !days.to.empty() && days.to < days.from)
        return CtlFailure{.exit = CtlExit::usage,
                          .what = "--to is before --from",
                          .hint = "they are the first and last day, inclusive"};
    return days;
}

}  // namespace carecloud
