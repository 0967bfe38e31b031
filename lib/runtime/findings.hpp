// Problems and warnings found while reading a configuration. Reading continues after a problem. Values only.
//
//     findings.problem(node.position, "portal.timeout", "'5' is a duration without a unit; write …");
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

struct SourcePosition {
    std::size_t line = 0;    // from 1; 0: the file as a whole
    std::size_t column = 0;  // from 1, in bytes
};

struct ConfigProblem {
    SourcePosition position;
    std::string path;  // "streams[0].poll_every"; empty: the file as a whole
    std::string text;  // "problem; remedy", never a secret

    // "config.yaml:12:5: streams[0].poll_every: '5' is a duration without a unit; write …"
    std::string message(std::string_view file) const;
};

struct Findings {
    std::vector<ConfigProblem> problems;
    std::vector<ConfigProblem> warnings;

    // Sorts both lists by position; entries with the same position keep their order.
    void sort();

    void problem(SourcePosition position, std::string path, std::string text) {
        problems.push_back({position, std::move(path), std::move(text)});
    }
    void warning(SourcePosition position, std::string path, std::string text) {
        warnings.push_back({position, std::move(path), std::move(text)});
    }
};

// Joins "portal" and "rate" to "portal.rate"; a key that is not a plain name is quoted.
std::string join_path(const std::string& parent, std::string_view key);
// Joins "streams" and 0 to "streams[0]".
std::string join_path(const std::string& parent, std::size_t index);

}  // namespace carecloud
