// "Did you mean …?": finds the known name that is nearest to a mistyped one. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace carecloud {

// The number of insertions, deletions, substitutions and swaps of neighbors that convert one text to the other
// (Damerau-Levenshtein, optimal string alignment). Ignores case, and the difference between '-' and '_'.
std::size_t edit_distance(std::string_view a, std::string_view b);

// Returns the nearest of `known`, the first if several are equal, provided that it is near: about one edit per three
// characters, or one text is a prefix of the other ("api_key" for "api_key_file"). Otherwise std::nullopt.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

// "did you mean 'x'?" if a known name is near, else "known: a, b, c".
std::string suggestion(std::string_view word, std::span<const std::string_view> known);

}  // namespace carecloud
