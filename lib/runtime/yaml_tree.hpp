// YAML as a bounded tree with the position of each value, without yaml-cpp's silent leniency.
//
//     YamlNode root;
//     if (parse_yaml(text, environment, findings, root)) …
//
// Refuses the following with a position, and never crashes: invalid YAML, bytes that are not UTF-8, control characters,
// more than kYamlSizeMax bytes, kYamlDepthMax levels or kYamlNodesMax values (aliases count as their content),
// duplicate keys, keys that are not scalars, merge keys, tags other than !!str, more than one document. Pure.
#pragma once

#include "runtime/environment.hpp"
#include "runtime/findings.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

inline constexpr std::size_t kYamlSizeMax = 1024 * 1024;
inline constexpr std::size_t kYamlDepthMax = 32;
inline constexpr std::size_t kYamlNodesMax = 20'000;

struct YamlEntry;

struct YamlNode {
    enum class Kind { null, scalar, sequence, mapping };

    Kind kind = Kind::null;
    SourcePosition position;
    std::string text;       // of a scalar, with variables expanded
    std::string shown;      // as written in the file: may be shown, whereas a variable's value may not
    bool plain = false;     // an unquoted scalar, whose type depends on its form (YAML 1.2, 10.3 core schema)
    bool expanded = false;  // whether it contains the value of a variable
    bool broken = false;    // a problem was reported: report no others
    std::vector<YamlNode> items;     // of a sequence
    std::vector<YamlEntry> entries;  // of a mapping, in file order
};

struct YamlEntry {
    std::string key;
    SourcePosition position;  // of the key
    YamlNode value;
};

// False: there is no tree, and the findings contain the reason. True with findings: the tree is complete, but has
// problems.
bool parse_yaml(std::string_view text, const EnvironmentLookup& environment, Findings& findings,
                YamlNode& root);

}  // namespace carecloud
