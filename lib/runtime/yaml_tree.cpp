#include "runtime/yaml_tree.hpp"

#include "runtime/text.hpp"
#include "runtime/yaml_builder.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace carecloud {
namespace {

SourcePosition position_at(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    return {lines + 1, offset - line_begin + 1};
}

// The parser may report an error after the last line, or in text added to it: then the end of the text is used.
SourcePosition position_within(std::string_view text, SourcePosition position) {
    const SourcePosition end = position_at(text, text.find_last_not_of(" \t\r\n") + 1);
    return std::tie(position.line, position.column) > std::tie(end.line, end.column) ? end : position;
}

std::string_view line_at(std::string_view text, std::size_t line) {
    for (; line > 1; --line) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

bool is_text(std::string_view text, Findings& findings) {
    const std::size_t whole = utf8_prefix(text);
    if (whole < text.size()) {
        findings.problem(position_at(text, whole), "", "invalid UTF-8; save the file as UTF-8");
        return false;
    }
    const auto forbidden = std::find_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == '\x7F';
    });
    if (forbidden == text.end()) return true;
    findings.problem(position_at(text, static_cast<std::size_t>(forbidden - text.begin())), "",
                     "control character; check that this is a text file, and remove the character");
    return false;
}

// yaml-cpp's message, and a common remedy.
std::string syntax_error(const YAML::Exception& failure, std::string_view text) {
    static constexpr std::string_view unknown_alias = "the referenced anchor is not defined";
    std::string said = failure.msg;
    if (said.starts_with(unknown_alias)) said = unknown_alias;  // yaml-cpp 0.8 adds its name, 0.7 does not
    if (said.find("; ") != std::string::npos) return said;      // from the builder
    const std::string_view line = line_at(text, position_of(failure.mark).line);
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> remedies{{
        {"tab", "indent with spaces"},
        {"EOF in scalar", "close the open quote, which may be several lines above"},
        {"anchor", "define it with & before using it, or write the value instead"},
        {"escape", "use single quotes for literal backslashes"},
        {"end of map not found", "check the indentation, and that every colon is followed by a space"},
        {"map value", "check the indentation, and quote values that contain ': '"},
    }};
    std::string out = "not valid YAML: " + printable(said) + "; ";
    if (line.find('\t') != std::string_view::npos) return out + "indent with spaces, not with tabs";
    if (line.find("${") != std::string_view::npos) return out + "quote \"${NAME}\" inside { } and [ ]";
    for (const auto& [word, remedy] : remedies) {
        if (said.find(word) != std::string::npos) return out + std::string(remedy);
    }
    return out + "check the indentation, quotes and brackets near here";
}

void expand_scalar(YamlNode& node, const std::string& path, const EnvironmentLookup& environment,
                   Findings& findings) {
    node.shown = node.text;
    Expansion expansion = expand(node.text, environment);
    for (std::string& problem : expansion.problems)
        findings.problem(node.position, path, std::move(problem));
    node.broken = !expansion.problems.empty();
    node.expanded = expansion.expanded;
    node.text = std::move(expansion.text);
}

// Replaces the variables, and detects duplicate keys: yaml-cpp accepts them, and the last one would win. The builder
// limits the depth.
void finish(YamlNode& node, const std::string& path, const EnvironmentLookup& environment,
            Findings& findings) {
    if (node.kind == YamlNode::Kind::scalar) expand_scalar(node, path, environment, findings);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        finish(node.items[i], join_path(path, i), environment, findings);
    }
    std::set<std::string_view> seen;
    for (YamlEntry& entry : node.entries) {
        const std::string entry_path = join_path(path, entry.key);
        if (!seen.insert(entry.key).second) {
            findings.problem(entry.position, entry_path, "duplicate key; remove one of them");
        }
        finish(entry.value, entry_path, environment, findings);
    }
}

}  // namespace

bool parse_yaml(std::string_view text, const EnvironmentLookup& environment, Findings& findings,
                YamlNode& root) {
    if (text.size() > kYamlSizeMax) {
        findings.problem({}, "", "larger than 1 MiB; check that it is the right file");
        return false;
    }
    if (!is_text(text, findings)) return false;
    YamlBuilder builder;
    try {
        // yaml-cpp treats an unclosed quote as closed if the text ends with a line break: a comment sign as the last
        // character makes it report the error.
        std::istringstream in(std::string(text) + "\n#");
        YAML::Parser parser(in);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception& failure) {
        findings.problem(position_within(text, position_of(failure.mark)), "", syntax_error(failure, text));
        return false;
    }
    root = std::move(builder.root());
    finish(root, "", environment, findings);
    return true;
}

}  // namespace carecloud
