#include "json/tree.hpp"

#include "base/ascii.hpp"
#include "base/readable_json.hpp"

#include <optional>

namespace carecloud {
namespace {

void append_utf8(std::string& out, unsigned code) {
    const auto byte = [&out](unsigned value) { out += static_cast<char>(value); };
    if (code < 0x80) {
        byte(code);
        return;
    }
    if (code < 0x800) {
        byte(0xC0 | code >> 6U);
    } else if (code < 0x10000) {
        byte(0xE0 | code >> 12U);
        byte(0x80 | (code >> 6U & 0x3F));
    } else {
        byte(0xF0 | code >> 18U);
        byte(0x80 | (code >> 12U & 0x3F));
        byte(0x80 | (code >> 6U & 0x3F));
    }
    byte(0x80 | (code & 0x3F));
}

char simple_escape(char kind) {
    constexpr std::string_view kinds = "bfnrt";
    constexpr std::string_view meant = "\b\f\n\r\t";
    const std::size_t at = kinds.find(kind);
    return at == std::string_view::npos ? kind : meant[at];
}

// Appends the character of the escape at `at`. Returns the length of the escape.
std::size_t append_escape(std::string& out, std::string_view inside, std::size_t at) {
    const auto unit = utf16_unit_at(inside, at);
    if (!unit) {
        if (at + 1 < inside.size()) out += simple_escape(inside[at + 1]);
        return 2;
    }
    const auto next = is_high_half(*unit) ? utf16_unit_at(inside, at + kUnicodeEscapeSize) : std::nullopt;
    if (next && is_low_half(*next)) {
        append_utf8(out, 0x10000 + ((*unit & 0x3FF) << 10U) + (*next & 0x3FF));
        return 2 * kUnicodeEscapeSize;
    }
    append_utf8(out, *unit);
    return kUnicodeEscapeSize;
}

JsonNode::Kind kind_of(char first) {
    switch (first) {
        case '{':
            return JsonNode::Kind::object;
        case '[':
            return JsonNode::Kind::array;
        case '"':
            return JsonNode::Kind::string;
        default:
            return first == '-' || is_digit(first) ? JsonNode::Kind::number : JsonNode::Kind::literal;
    }
}

}  // namespace

void JsonTree::begin(std::string_view text) {
    nodes_.clear();
    text_ = text;
    tokens_.begin(text_.data(), text_.size());
}

void JsonTree::read(std::string_view text) {
    try {
        begin(text);
        add_value({}, 0);
        tokens_.end();
    } catch (const BadJson&) {
        nodes_.clear();
        throw;
    }
}

void JsonTree::add_value(std::string_view name, std::size_t depth) {
    if (depth > kNestingMax) bad_json("nested deeper than " + std::to_string(kNestingMax));
    const std::size_t node = nodes_.size();
    const char* const begin = tokens_.position();
    const JsonNode::Kind kind = kind_of(tokens_.peek());
    nodes_.push_back({.name = name, .kind = kind});
    if (kind == JsonNode::Kind::object) {
        tokens_.each_member([&](std::string_view member) { add_value(member, depth + 1); });
        close_container(node, begin);
    } else if (kind == JsonNode::Kind::array) {
        tokens_.each_element([&] { add_value({}, depth + 1); });
        close_container(node, begin);
    } else {
        nodes_[node].text = tokens_.take_scalar();
        nodes_[node].end = static_cast<std::uint32_t>(node + 1);
    }
}

void JsonTree::close_container(std::size_t node, const char* begin) {
    JsonNode& closed = nodes_[node];
    closed.text = {begin, static_cast<std::size_t>(tokens_.after_bracket() - begin)};
    closed.end = static_cast<std::uint32_t>(nodes_.size());
    for (std::size_t child = node + 1; child < closed.end; child = nodes_[child].end)
        ++closed.children;
}

std::string unescaped(std::string_view inside) {
    std::string out;
    out.reserve(inside.size());
    for (;;) {
        const std::size_t escape = inside.find('\\');
        out += inside.substr(0, escape);
        if (escape == std::string_view::npos) return out;
        const std::size_t size = append_escape(out, inside, escape);
        inside.remove_prefix(std::min(escape + size, inside.size()));
    }
}

}  // namespace carecloud
