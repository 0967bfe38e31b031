// A cursor over the YAML tree: typed values or a finding with file, line, column, path and remedy; never
// both, and never a stop at the first. For the readers of the configuration's sections.
//
//     MappingReader rate(field);
//     if (const auto burst = rate.find("burst")) assign(as_count(*burst, 1, 10'000), settings.burst);
//     rate.finish();  // says which keys are unknown
//
// One thread; the tree and the findings outlive it.
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

// The two quantities with a unit that the configuration knows: durations (500ms 30s 5m 24h 7d) and shares
// (5%). Pure. Errors: invalid_argument; `subject` says what is wrong with the text, `hint` how to write it.

// One whole number, at most nine digits, and one unit of ms s m h d.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// In the largest unit that is exact: "5m", "90s", "0s". What parse_duration takes.
std::string format_duration(std::chrono::milliseconds span);

// "5%" or "0.5%" as a fraction, 0.05 or 0.005; 0% to 100%.
Result<double> parse_share(std::string_view text);

// A value with its way from the root.
struct Field {
    const YamlNode* node;     // never null
    SourcePosition position;  // of the key that holds it; of the value itself in a list
    std::string path;
    Findings* findings;

    bool is_null() const { return node->kind == YamlNode::Kind::null; }
    // At the value. Says nothing of a value that was found broken before.
    void problem(std::string text) const;
    void problem(const Error& error) const;  // "subject; hint"
    void warning(std::string text) const;
};

// Reads a mapping. A key asked for is known; the others are reported by finish(). A value that is no mapping
// is reported at once and reads as an empty one without further complaints.
class MappingReader {
  public:
    explicit MappingReader(const Field& field);

    // None: the key is not there, or is null (YAML's "nothing"), so that the default stays.
    std::optional<Field> find(std::string_view key);
    // The same, and a finding where there is none: "'x' is missing; " and the remedy.
    std::optional<Field> require(std::string_view key, std::string_view remedy);
    // Whether the key stands there at all, be it with nothing behind it.
    bool written(std::string_view key);
    void finish();

  private:
    // The key's entry, or null; the key is known from now on.
    const YamlEntry* look_up(std::string_view key);

    Field field_;
    bool valid_;
    std::vector<std::string_view> known_;
};

// Each gives a value, or a finding and none.
std::optional<std::string> as_text(const Field& field);  // not empty, no control characters
std::optional<bool> as_bool(const Field& field);
std::optional<std::uint64_t> as_count(const Field& field, std::uint64_t min, std::uint64_t max);
std::optional<double> as_share(const Field& field);
std::optional<std::chrono::milliseconds> as_duration(const Field& field, std::chrono::milliseconds min,
                                                     std::chrono::milliseconds max);
// The index of the word among `words`.
std::optional<std::size_t> as_choice(const Field& field, const std::vector<std::string_view>& words);
// The items of a list; no list at all is a finding, and reads as empty.
std::vector<Field> as_list(const Field& field);

// Keeps `target` where there is no value.
template <class T, class U>
void assign(std::optional<T> value, U& target) {
    if (value) target = static_cast<U>(std::move(*value));
}

}  // namespace carecloud
