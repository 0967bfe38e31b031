#include "base/readable_json.hpp"

#include <charconv>
#include <cstddef>

namespace carecloud {
namespace {

constexpr std::string_view kReplacement = "\\ufffd";

}  // namespace

std::optional<unsigned> utf16_unit_at(std::string_view json, std::size_t at) {
    if (json.size() < at + kUnicodeEscapeSize || json.substr(at, 2) != "\\u") return std::nullopt;
    unsigned unit = 0;
    const char* const end = json.data() + at + kUnicodeEscapeSize;
    const auto parsed = std::from_chars(json.data() + at + 2, end, unit, 16);
    return parsed.ptr == end ? std::optional(unit) : std::nullopt;
}

bool is_high_half(unsigned utf16_unit) {
    return utf16_unit >= 0xD800 && utf16_unit <= 0xDBFF;
}

bool is_low_half(unsigned utf16_unit) {
    return utf16_unit >= 0xDC00 && utf16_unit <= 0xDFFF;
}

std::optional<std::string> readable_json(std::string_view json) {
    std::optional<std::string> readable;
    std::size_t at = json.find('\\');
    while (at != std::string_view::npos) {
        const auto unit = utf16_unit_at(json, at);
        std::size_t size = unit ? kUnicodeEscapeSize : 2;  // such as \n or \\ (the second starts no escape)
        const bool high = unit && is_high_half(*unit);
        const auto next = high ? utf16_unit_at(json, at + kUnicodeEscapeSize) : std::nullopt;
        const bool whole_pair = next && is_low_half(*next);
        if (whole_pair) size = 2 * kUnicodeEscapeSize;
        if (unit && (*unit == 0 || is_low_half(*unit) || (high && !whole_pair))) {
            if (!readable) readable.emplace(json);
            readable->replace(at, kUnicodeEscapeSize, kReplacement);
        }
        at = json.find('\\', at + size);
    }
    return readable;
}

}  // namespace carecloud
