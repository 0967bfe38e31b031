// Conversion between an enumeration's values and their names, by a table.
//
//     constexpr auto kNames = std::to_array<EnumName<JobKind>>({{JobKind::backfill, "backfill"}, …});
//     enum_name(kNames, JobKind::backfill)            // "backfill"
//     enum_value<JobKind>(kNames, "backfill")         // JobKind::backfill; std::nullopt for an unknown name
//
// Pure; thread-safe.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace carecloud {

template <class Value>
using EnumName = std::pair<Value, std::string_view>;

template <class Names, class Value>
constexpr std::string_view enum_name(const Names& names, Value value) {
    for (const auto& [known, name] : names) {
        if (known == value) return name;
    }
    return "unknown";
}

template <class Value, class Names>
constexpr std::optional<Value> enum_value(const Names& names, std::string_view text) {
    for (const auto& [value, name] : names) {
        if (name == text) return value;
    }
    return std::nullopt;
}

}  // namespace carecloud
