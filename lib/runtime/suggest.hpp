// "Did you mean …?": the known name that is nearest to a mistyped one. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace carecloud {

// Insertions, deletions, substitutions and swaps of neighbors that turn one text into the other
// (Damerau-Levenshtein, optimal string alignment). Letters' case and '-' for '_' count nothing.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known` that is near enough to be meant: about one edit in three characters, or one text
// beginning with the other ("api_key" for "api_key_file"). The first of several. None where nothing is near.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

// "did you mean 'x'?" where one is near, else "known here: a, b, c".
std::string suggestion(std::string_view word, std::span<const std::string_view> known);

}  // namespace carecloud
