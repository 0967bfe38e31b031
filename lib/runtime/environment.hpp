// ${NAME} in a scalar of the configuration stands for a variable of the environment; $${ stands for ${
// itself.
//
//     Expansion expansion = expand("postgresql://${DB_HOST}/carecloud", process_environment);
//     if (!expansion.problems.empty()) …
//
// The text of a variable is data: it is put in after the YAML was parsed and cannot change its structure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The value of a variable; none where it is not set. Tests give their own.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

// getenv. Safe as long as no thread calls setenv.
std::optional<std::string> process_environment(std::string_view name);

struct Expansion {
    std::string text;
    bool expanded = false;  // whether anything of the text came from the environment
    // "what is wrong; remedy": each names the variable, none shows its value.
    std::vector<std::string> problems;
};

Expansion expand(std::string_view text, const EnvironmentLookup& environment);

}  // namespace carecloud
