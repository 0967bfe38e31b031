#include "runtime/yaml_tree.hpp"

#include "runtime/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace carecloud {
namespace {

constexpr std::string_view kStringTag = "tag:yaml.org,2002:str";

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& text) {
    throw YAML::ParserException(mark, text);
}

std::size_t size_of(const YamlNode& node) {
    std::size_t size = 1;
    for (const YamlNode& item : node.items)
        size += size_of(item);
    for (const YamlEntry& entry : node.entries)
        size += size_of(entry.value);
    return size;
}

std::size_t depth_of(const YamlNode& node) {
    std::size_t below = 0;
    for (const YamlNode& item : node.items)
        below = std::max(below, depth_of(item));
    for (const YamlEntry& entry : node.entries)
        below = std::max(below, depth_of(entry.value));
    return below + 1;
}

void check_collection_tag(const std::string& tag, const YAML::Mark& mark) {
    const bool usual = tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:map" ||
                       tag == "tag:yaml.org,2002:seq";
    if (!usual) refuse(mark, "the tag " + in_quotes(tag) + " is unknown; remove it");
}

SourcePosition position_of(const YAML::Mark& mark) {
    if (mark.is_null()) return {1, 1};
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

// Builds the tree from yaml-cpp's events, within its bounds. Refuses by throwing YAML::ParserException with the
// position, as the parser does.
class YamlBuilder final : public YAML::EventHandler {
  public:
    // The root of the only document; to be taken after parsing.
    YamlNode& root() { return root_; }

    void OnDocumentStart(const YAML::Mark& mark) override;
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override;
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }

  private:
    // A sequence or mapping that is still being read.
    struct Frame {
        YamlNode node;
        YAML::anchor_t anchor = 0;
        bool has_key = false;  // the next value belongs to the last entry
    };

    void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
    void close();
    void add(YamlNode node, YAML::anchor_t anchor, const YAML::Mark& mark);
    void add_to(Frame& frame, YamlNode node, const YAML::Mark& mark);
    void count(std::size_t nodes, const YAML::Mark& mark);

    YamlNode root_;
    std::vector<Frame> open_;
    std::map<YAML::anchor_t, YamlNode> anchors_;  // complete ones
    std::size_t documents_ = 0;
    std::size_t nodes_ = 0;
};

void YamlBuilder::count(std::size_t nodes, const YAML::Mark& mark) {
    nodes_ += nodes;
    if (nodes_ > kYamlNodesMax) {
        refuse(mark, "more than " + std::to_string(kYamlNodesMax) +
                         " values, including expanded aliases; reduce the number of values or aliases");
    }
}

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
    if (++documents_ > 1) refuse(mark, "second document; use a single document without '---' after it");
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    YamlNode node;
    node.position = position_of(mark);
    count(1, mark);
    add(std::move(node), anchor, mark);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) refuse(mark, "recursive alias; write the value instead");
    count(size_of(known->second), mark);
    if (open_.size() + depth_of(known->second) > kYamlDepthMax) {
        refuse(mark, "nested more than " + std::to_string(kYamlDepthMax) +
                         " levels deep by an alias; reduce the nesting");
    }
    add(known->second, 0, mark);
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.position = position_of(mark);
    node.text = value;
    node.plain = tag == "?" || tag.empty();
    if (!node.plain && tag != "!" && tag != kStringTag) {
        refuse(mark, "the tag " + in_quotes(tag) + " is unknown; remove it, or quote the value");
    }
    count(1, mark);
    add(std::move(node), anchor, mark);
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value) {
    open(YamlNode::Kind::sequence, mark, tag, anchor);
}

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value) {
    open(YamlNode::Kind::mapping, mark, tag, anchor);
}

void YamlBuilder::open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor) {
    check_collection_tag(tag, mark);
    count(1, mark);
    if (open_.size() >= kYamlDepthMax) {
        refuse(mark,
               "nested more than " + std::to_string(kYamlDepthMax) + " levels deep; reduce the nesting");
    }
    if (!open_.empty() && open_.back().node.kind == YamlNode::Kind::mapping && !open_.back().has_key) {
        refuse(mark, "a key must be a name, not a list or a mapping; quote it or check the brackets");
    }
    Frame frame;
    frame.node.kind = kind;
    frame.node.position = position_of(mark);
    frame.anchor = anchor;
    open_.push_back(std::move(frame));
}

void YamlBuilder::close() {
    Frame frame = std::move(open_.back());
    open_.pop_back();
    add(std::move(frame.node), frame.anchor, YAML::Mark::null_mark());
}

void YamlBuilder::add(YamlNode node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
        root_ = std::move(node);
    } else {
        add_to(open_.back(), std::move(node), mark);
    }
}

void YamlBuilder::add_to(Frame& frame, YamlNode node, const YAML::Mark& mark) {
    if (frame.node.kind == YamlNode::Kind::sequence) {
        frame.node.items.push_back(std::move(node));
        return;
    }
    std::vector<YamlEntry>& entries = frame.node.entries;
    if (!std::exchange(frame.has_key, !frame.has_key)) {
        if (node.kind != YamlNode::Kind::scalar)
            refuse(mark, "a key must be a name; write it before the colon");
        if (node.plain && node.text == "<<")
            refuse(mark, "merge keys (<<) are not part of YAML 1.2; repeat the keys instead");
        entries.push_back(YamlEntry{std::move(node.text), node.position, {}});
        return;
    }
    // yaml-cpp reports the position of the next token for a missing value, often on another line: use the key's
    // position.
    if (node.kind == YamlNode::Kind::null) node.position = entries.back().position;
    entries.back().value = std::move(node);
}

SourcePosition position_at(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    return {lines + 1, offset - line_begin + 1};
}

// The parser may report an error after the last line, or in text added to it: use the end of the text instead.
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

// yaml-cpp's message, and a remedy for common mistakes.
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
