#include "runtime/findings.hpp"

#include "runtime/text.hpp"

#include <algorithm>
#include <tuple>

namespace carecloud {
namespace {

bool is_plain_name(std::string_view key) {
    return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '$';
    });
}

bool before(const ConfigProblem& a, const ConfigProblem& b) {
    return std::tie(a.position.line, a.position.column) < std::tie(b.position.line, b.position.column);
}

}  // namespace

std::string ConfigProblem::message(std::string_view file) const {
    std::string out = printable(file);
    if (position.line > 0) out += ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
    out += ": ";
    if (!path.empty()) out += path + ": ";
    return out + text;
}

void Findings::sort() {
    std::stable_sort(problems.begin(), problems.end(), before);
    std::stable_sort(warnings.begin(), warnings.end(), before);
}

std::string join_path(const std::string& parent, std::string_view key) {
    const std::string name = is_plain_name(key) && key.size() <= 64 ? std::string(key) : in_quotes(key);
    return parent.empty() ? name : parent + "." + name;
}

std::string join_path(const std::string& parent, std::size_t index) {
    return parent + "[" + std::to_string(index) + "]";
}

}  // namespace carecloud
