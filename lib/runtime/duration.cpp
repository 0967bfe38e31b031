#include "runtime/duration.hpp"

#include "runtime/text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kDigitsMax = 9;  // a milliard days in milliseconds still fits 64 bits

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{{
    {"d", 86'400'000},
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

Error wrong_quantity(std::string_view text, std::string_view what, std::string_view remedy) {
    return Error{ErrorCode::invalid_argument, "parse a value", in_quotes(text) + std::string(what),
                 std::string(remedy)};
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    constexpr std::string_view remedy = "use an integer with a unit (ms, s, m, h or d), such as 30s or 5m";
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > kDigitsMax) return wrong_quantity(text, " is not a duration", remedy);
    const std::string_view unit = text.substr(digits);
    if (unit.empty()) return wrong_quantity(text, " has no unit", remedy);
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + digits, count);
    for (const auto& [name, factor] : kUnits) {
        if (name == unit) return std::chrono::milliseconds{count * factor};
    }
    return wrong_quantity(text, " is not a duration", remedy);
}

std::string format_duration(std::chrono::milliseconds span) {
    for (const auto& [name, factor] : kUnits) {
        if (span.count() != 0 && span.count() % factor == 0)
            return std::to_string(span.count() / factor) + std::string(name);
    }
    return "0s";
}

Result<double> parse_share(std::string_view text) {
    constexpr std::string_view remedy = "use a percentage from 0% to 100%, such as 5%";
    if (!text.ends_with('%')) return wrong_quantity(text, " has no percent sign", remedy);
    const std::string_view digits = text.substr(0, text.size() - 1);
    const bool plain = !digits.empty() && digits.find_first_not_of("0123456789.") == std::string_view::npos;
    double percent = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
    if (!plain || failure != std::errc{} || end != digits.data() + digits.size() || percent > 100) {
        return wrong_quantity(text, " is not a percentage", remedy);
    }
    return percent / 100;
}

}  // namespace carecloud
