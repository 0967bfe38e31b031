// Expands variables in scalars of the configuration: ${NAME} stands for an environment variable, $${ for a literal ${.
//
//     Expansion expansion = expand("postgresql://${DB_HOST}/carecloud", process_environment);
//     if (!expansion.problems.empty()) …
//
// The value of a variable is data: it is inserted after the YAML was parsed, so it cannot change the structure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Returns the value of a variable; std::nullopt if it is not set. Tests provide their own.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

// Uses getenv; thread-safe as long as no thread calls setenv.
std::optional<std::string> process_environment(std::string_view name);

struct Expansion {
    std::string text;
    bool expanded = false;  // whether any of the text came from the environment
    // "problem; remedy"; each names the variable, none shows its value.
    std::vector<std::string> problems;
};

Expansion expand(std::string_view text, const EnvironmentLookup& environment);

}  // namespace carecloud
