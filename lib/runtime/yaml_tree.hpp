// YAML as a tree of our own: bounded, with the position of every value, and without yaml-cpp's silent
// leniencies.
//
//     YamlNode root;
//     if (parse_yaml(text, environment, findings, root)) …
//
// Refused with a position, never by a crash: what is not YAML, bytes that are not UTF-8, control characters,
// more than kYamlSizeMax bytes, kYamlDepthMax levels, kYamlNodesMax values (aliases count what they stand
// for), a key twice, keys that are not scalars, merge keys, tags other than !!str, more than one document.
// Pure.
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
    std::string text;    // of a scalar, its variables put in
    std::string shown;   // the same as it stands in the file: this may be shown, a variable's value may not
    bool plain = false;  // a scalar without quotes, whose look decides its type (YAML 1.2, 10.3 core schema)
    bool expanded = false;           // whether a variable was put in
    bool broken = false;             // a problem with it was reported already: no more are
    std::vector<YamlNode> items;     // of a sequence
    std::vector<YamlEntry> entries;  // of a mapping, in the order of the file
};

struct YamlEntry {
    std::string key;
    SourcePosition position;  // of the key
    YamlNode value;
};

// False: the text has no tree, and the findings say why. True with findings: the tree is whole, but has
// problems.
bool parse_yaml(std::string_view text, const EnvironmentLookup& environment, Findings& findings,
                YamlNode& root);

}  // namespace carecloud
