// A cursor over the YAML tree, for the readers of the configuration's sections. It returns typed values; or records a
// finding with file position, path and remedy, and continues.
//
//     MappingReader rate(field);
//     if (const auto burst = rate.find("burst")) assign(as_count(*burst, 1, 10'000), settings.burst);
//     rate.finish();  // reports unknown keys
//
// Not thread-safe; the tree and the findings must outlive it.
#pragma once

#include "base/error.hpp"
#include "runtime/findings.hpp"
#include "runtime/yaml_tree.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

// The configuration's two kinds of quantities with a unit: durations (500ms 30s 5m 24h 7d) and shares (5%). Pure.
// Errors: invalid_argument; `subject` describes the problem, `hint` the correct form.

// An integer of at most nine digits, and one of the units ms s m h d.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// Formats a duration in the largest unit that is exact: "5m", "90s", "0s". parse_duration accepts the result.
std::string format_duration(std::chrono::milliseconds span);

// Converts "5%" or "0.5%" to a fraction, 0.05 or 0.005; 0% to 100%.
Result<double> parse_share(std::string_view text);

// A value and its path from the root.
struct Field {
    const YamlNode* node;     // never null
    SourcePosition position;  // of the key of this value; in a list, of the value
    std::string path;
    Findings* findings;

    bool is_null() const { return node->kind == YamlNode::Kind::null; }
    // Reports a problem at the value, unless one was reported for it before.
    void problem(std::string text) const;
    void problem(const Error& error) const;  // "subject; hint"
    void warning(std::string text) const;
};

// Reads a mapping. A key that was requested is known; finish() reports the others. A value that is not a mapping is
// reported on construction, and then reads as an empty mapping without further problems.
class MappingReader {
  public:
    explicit MappingReader(const Field& field);

    // std::nullopt if the key is absent or null (YAML's "nothing"), so the default applies.
    std::optional<Field> find(std::string_view key);
    // The same, but a missing value is a problem: "'x' is missing; " and the remedy.
    std::optional<Field> require(std::string_view key, std::string_view remedy);
    // Whether the key is present at all, even without a value.
    bool written(std::string_view key);
    void finish();

  private:
    // The key's entry, or nullptr; marks the key as known.
    const YamlEntry* look_up(std::string_view key);

    Field field_;
    bool valid_;
    std::vector<std::string_view> known_;
};

// Each returns a value, or records a problem and returns std::nullopt.
std::optional<std::string> as_text(const Field& field);  // not empty, no control characters
std::optional<bool> as_bool(const Field& field);
std::optional<std::uint64_t> as_count(const Field& field, std::uint64_t min, std::uint64_t max);
std::optional<double> as_share(const Field& field);
std::optional<std::chrono::milliseconds> as_duration(const Field& field, std::chrono::milliseconds min,
                                                     std::chrono::milliseconds max);
// The index of the value among `words`.
std::optional<std::size_t> as_choice(const Field& field, const std::vector<std::string_view>& words);
// The items of a list. Anything else is a problem, and returns an empty list.
std::vector<Field> as_list(const Field& field);

// Keeps `target` if there is no value.
template <class T, class U>
void assign(std::optional<T> value, U& target) {
    if (value) target = static_cast<U>(std::move(*value));
}

}  // namespace carecloud
