#include "base/quantity_text.hpp"

#include <array>
#include <cstddef>

namespace carecloud {

std::string grouped(std::uint64_t number) {
    const std::string digits = std::to_string(number);
    std::string out;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at > 0 && (digits.size() - at) % 3 == 0) out += ',';
        out += digits[at];
    }
    return out;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
    if (number == 0) return "no " + std::string(many);
    return grouped(number) + " " + std::string(number == 1 ? one : many);
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::array units{"B", "KB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) return std::to_string(bytes) + " B";
    std::size_t unit = 1;
    for (; bytes >= 1'000'000; bytes /= 1000)
        ++unit;
    // `bytes` is now in thousandths of the unit.
    const std::string tenth = bytes < 10'000 ? "." + std::to_string(bytes % 1000 / 100) : "";
    return std::to_string(bytes / 1000) + tenth + " " + units.at(unit);
}

std::string span_text(std::chrono::milliseconds span) {
    const auto ms = span.count();
    if (ms <= 0) return "0 s";
    if (ms < 10'000) {
        const auto tenths = (ms + 50) / 100;
        return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
    }
    const auto seconds = ms / 1000;
    const auto minutes = seconds / 60;
    const auto hours = minutes / 60;
    if (minutes == 0) return std::to_string(seconds) + " s";
    if (hours == 0) return std::to_string(minutes) + " min";
    if (hours < 24) return std::to_string(hours) + " h " + std::to_string(minutes % 60) + " min";
    return std::to_string(hours / 24) + " d " + std::to_string(hours % 24) + " h";
}

}  // namespace carecloud
