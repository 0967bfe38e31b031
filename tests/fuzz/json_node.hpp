// JSON as nlohmann/json reads it, every member kept though its name stands twice: what other readers may make of it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

struct ReadNode {
    enum class Kind { null, boolean, number, string, array, object };

    Kind kind = Kind::null;
    std::string text{};  // of a string, unescaped; of a boolean or number, as it is
    std::vector<std::pair<std::string, ReadNode>> members{};
    std::vector<ReadNode> elements{};

    bool operator==(const ReadNode&) const = default;

    std::size_t count(std::string_view name) const;
    const ReadNode* find(std::string_view name) const;  // the last, or null
    bool is_string() const { return kind == Kind::string; }
};

struct JsonReading {
    enum class Outcome {
        valid,
        invalid,
        too_deep,     // beyond 200 levels
        beyond_range  // a number that no double holds: the reader gives up, though the grammar allows it
    };

    Outcome outcome = Outcome::invalid;
    ReadNode root{};
    std::size_t depth = 0;
};

JsonReading read_json(std::string_view text);

}  // namespace carecloud
