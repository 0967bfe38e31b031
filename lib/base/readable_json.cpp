#include "base/readable_json.hpp"

#include <charconv>
#include <cstddef>

namespace carecloud {
namespace {

constexpr std::size_t kEscapeSize = 6;  // \uXXXX
constexpr std::string_view kReplacement = "\\ufffd";

// The UTF-16 unit that an escape at `at` says; none: there is no \uXXXX.
std::optional<unsigned> unit_at(std::string_view json, std::size_t at) {
    if (json.size() < at + kEscapeSize || json[at] != '\\' || json[at + 1] != 'u') return std::nullopt;
    unsigned unit = 0;
    const char* const end = json.data() + at + kEscapeSize;
    const auto parsed = std::from_chars(json.data() + at + 2, end, unit, 16);
    return parsed.ptr == end ? std::optional(unit) : std::nullopt;
}

bool is_high_half(unsigned unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low_half(unsigned unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace

std::optional<std::string> readable_json(std::string_view json) {
    std::optional<std::string> readable;
    std::size_t at = json.find('\\');
    while (at != std::string_view::npos) {
        const auto unit = unit_at(json, at);
        std::size_t size = unit ? kEscapeSize : 2;  // such as \n or \\ (the second is no beginning)
        const bool high = unit && is_high_half(*unit);
        const auto next = high ? unit_at(json, at + kEscapeSize) : std::nullopt;
        const bool whole_pair = next && is_low_half(*next);
        if (whole_pair) size = 2 * kEscapeSize;
        if (unit && (*unit == 0 || is_low_half(*unit) || (high && !whole_pair))) {
            if (!readable) readable.emplace(json);
            readable->replace(at, kEscapeSize, kReplacement);
        }
        at = json.find('\\', at + size);
    }
    return readable;
}

}  // namespace carecloud
