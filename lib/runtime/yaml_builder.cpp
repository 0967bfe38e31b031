#include "runtime/yaml_builder.hpp"

#include "runtime/text.hpp"

#include <algorithm>
#include <utility>

#include <yaml-cpp/exceptions.h>

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

}  // namespace

SourcePosition position_of(const YAML::Mark& mark) {
    if (mark.is_null()) return {1, 1};
    return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

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
    // yaml-cpp reports the position of a missing value at the next token, often on another line: the key's position is
    // used instead.
    if (node.kind == YamlNode::Kind::null) node.position = entries.back().position;
    entries.back().value = std::move(node);
}

}  // namespace carecloud
