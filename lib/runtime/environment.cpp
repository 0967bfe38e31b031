#include "runtime/environment.hpp"

#include "base/ascii.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <cstdlib>

namespace carecloud {
namespace {

bool is_name(std::string_view name) {
    return !name.empty() && !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
        return is_letter(c) || is_digit(c) || c == '_';
    });
}

void append_variable(Expansion& expansion, std::string_view name, const EnvironmentLookup& environment) {
    if (!is_name(name)) {
        expansion.problems.push_back("'${" + printable(name.substr(0, 48)) +
                                     "}' is not a variable name; use ${NAME}, or $${ for a literal ${");
        return;
    }
    const std::string shown(name);
    const std::optional<std::string> value = environment(name);
    if (!value) {
        expansion.problems.push_back("the environment variable " + shown +
                                     " is not set; set it for the service, or use $${ for a literal ${");
        return;
    }
    if (!is_utf8(*value) || has_control(*value)) {
        expansion.problems.push_back(
            "the environment variable " + shown +
            " contains control characters or invalid UTF-8; set it to one line of text");
        return;
    }
    expansion.text += *value;
    expansion.expanded = true;
}

}  // namespace

std::optional<std::string> process_environment(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    if (!value) return std::nullopt;
    return std::string(value);
}

Expansion expand(std::string_view text, const EnvironmentLookup& environment) {
    Expansion expansion;
    while (!text.empty()) {
        const std::size_t dollar = text.find('$');
        expansion.text += text.substr(0, dollar);
        if (dollar == std::string_view::npos) break;
        text.remove_prefix(dollar);
        if (text.starts_with("$${")) {
            expansion.text += "${";
            text.remove_prefix(3);
        } else if (text.starts_with("${")) {
            const std::size_t end = text.find('}');
            if (end == std::string_view::npos) {
                expansion.problems.emplace_back("'${' is not closed; use ${NAME}, or $${ for a literal ${");
                break;
            }
            append_variable(expansion, text.substr(2, end - 2), environment);
            text.remove_prefix(end + 1);
        } else {
            expansion.text += '$';
            text.remove_prefix(1);
        }
    }
    return expansion;
}

}  // namespace carecloud
