// Numbers and durations as text for people.
//
// Pure; thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace carecloud {

// 20000 → "20,000".
std::string grouped(std::uint64_t number);
// "1 record", "2 records", "no records".
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);
// "0 B", "999 B", "1.2 KB", "45 MB", "2.1 GB". Units are powers of 1000.
std::string bytes_text(std::uint64_t bytes);
// "0.3 s", "12 s", "4 min", "3 h 12 min", "5 d 2 h"; "0 s" if negative.
std::string span_text(std::chrono::milliseconds span);
template <class Number, class Period>
std::string span_text(std::chrono::duration<Number, Period> span) {
    return span_text(std::chrono::duration_cast<std::chrono::milliseconds>(span));
}

}  // namespace carecloud
