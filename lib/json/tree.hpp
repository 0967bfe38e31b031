// A JSON text as a flat list of nodes, parents before their children, for comparing two whole texts.
//
//     JsonTree tree;
//     tree.read(body);                             // throws BadJson
//     for (std::size_t child : tree.children(0)) use(tree.at(child).name, tree.at(child).text);
//
// Contains a copy of the text; the next read() reuses its memory. One thread at a time.
#pragma once

#include "json/tokens.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct JsonNode {
    enum class Kind : std::uint8_t { object, array, string, number, literal };

    std::string_view name{};  // as in the text, without its quotes; empty in an array
    std::string_view text{};  // the whole value, as in the text
    std::uint32_t end = 0;    // the index after its last descendant
    std::uint32_t children = 0;
    Kind kind = Kind::literal;

    bool is_scalar() const { return kind != Kind::object && kind != Kind::array; }
    // The content of a string, without its quotes.
    std::string_view inside() const { return text.substr(1, text.size() - 2); }
};

class JsonTree {
  public:
    // Parses a text. Throws BadJson if it is not valid JSON; then the tree is empty.
    void read(std::string_view text);

    const JsonNode& at(std::size_t node) const { return nodes_[node]; }
    std::size_t size() const { return nodes_.size(); }

    // The direct children of a node.
    class Children {
      public:
        class Iterator {
          public:
            Iterator(const JsonTree& tree, std::size_t node) : tree_(tree), node_(node) {}
            std::size_t operator*() const { return node_; }
            Iterator& operator++() {
                node_ = tree_.at(node_).end;
                return *this;
            }
            bool operator!=(const Iterator& other) const { return node_ != other.node_; }

          private:
            const JsonTree& tree_;
            std::size_t node_;
        };

        Children(const JsonTree& tree, std::size_t parent) : tree_(tree), parent_(parent) {}
        Iterator begin() const { return {tree_, parent_ + 1}; }
        Iterator end() const { return {tree_, tree_.at(parent_).end}; }

      private:
        const JsonTree& tree_;
        std::size_t parent_;
    };
    Children children(std::size_t parent) const { return {*this, parent}; }

  private:
    friend class TreePair;

    void begin(std::string_view text);
    void add_value(std::string_view name, std::size_t depth);
    // Call when all children have been added and the closing bracket has been consumed.
    void close_container(std::size_t node, const char* begin);

    Tokens tokens_;
    std::string text_;
    std::vector<JsonNode> nodes_;
};

// Whether the content of a string contains an escape, so its text differs from its value.
inline bool has_escape(std::string_view inside) {
    return inside.find('\\') != std::string_view::npos;
}

// The value of a string with this content in a JSON text, as UTF-8. An unpaired surrogate, which has no UTF-8 encoding,
// becomes the three bytes of its code point, so different texts stay different.
std::string unescaped(std::string_view inside);

}  // namespace carecloud
