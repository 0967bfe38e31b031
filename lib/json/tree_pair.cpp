#include "json/tree_pair.hpp"

namespace carecloud {

// An object or array that is being parsed, in one of the two texts.
class TreePair::Container {
  public:
    Container(JsonTree& tree, std::string_view name, char bracket)
        : tree_(tree),
          node_(tree.nodes_.size()),
          begin_(tree.tokens_.position()),
          is_object_(bracket == '{') {
        tree.nodes_.push_back(
            {.name = name, .kind = is_object_ ? JsonNode::Kind::object : JsonNode::Kind::array});
        tree.tokens_.expect(bracket);
        more_ = !tree.tokens_.take(end());
    }

    bool more() const { return more_; }
    // The name of the next value; empty in an array.
    std::string_view take_name() {
        return is_object_ ? tree_.tokens_.take_member_name() : std::string_view();
    }
    // Call when the value has been consumed.
    void advance() {
        more_ = tree_.tokens_.take(',');
        if (!more_) tree_.tokens_.expect(end());
    }
    void add_rest(std::size_t depth) {
        for (; more_; advance())
            tree_.add_value(take_name(), depth);
    }
    void close() { tree_.close_container(node_, begin_); }

  private:
    char end() const { return is_object_ ? '}' : ']'; }

    JsonTree& tree_;
    std::size_t node_;
    const char* begin_;
    bool is_object_;
    bool more_ = false;
};

void TreePair::read(std::string_view former, std::string_view now) {
    same_end_ = nullptr;
    try {
        former_.begin(former);
        now_.begin(now);
        add({}, 0, false);
        former_.tokens_.end();
        now_.tokens_.end();
    } catch (const BadJson&) {
        former_.nodes_.clear();
        now_.nodes_.clear();
        throw;
    }
}

void TreePair::add(const Names& names, std::size_t depth, bool as_a_whole) {
    const char kind = former_.tokens_.peek();
    const bool both = kind == now_.tokens_.peek() && (kind == '{' || kind == '[');
    if (both && !as_a_whole) return add_container(names, depth);
    former_.add_value(names.former, depth);
    now_.add_value(names.now, depth);
}

void TreePair::add_container(const Names& names, std::size_t depth) {
    if (depth > kNestingMax) bad_json("nested deeper than " + std::to_string(kNestingMax));
    const char bracket = former_.tokens_.peek();
    Container former(former_, names.former, bracket);
    Container now(now_, names.now, bracket);
    for (; former.more() && now.more(); former.advance(), now.advance()) {
        const Names member{former.take_name(), now.take_name()};
        const bool same_name = member.former == member.now;
        if (!same_name || !skip_same()) add(member, depth + 1, bracket == '[' || !same_name);
    }
    former.add_rest(depth + 1);
    now.add_rest(depth + 1);
    former.close();
    now.close();
}

// Skips the value that begins here if it is the same in both texts.
bool TreePair::skip_same() {
    const char* const a = former_.tokens_.position();
    const char* const b = now_.tokens_.position();
    const std::ptrdiff_t shift = (b - now_.text_.data()) - (a - former_.text_.data());
    if (same_end_ == nullptr || a >= same_end_ || shift != same_shift_) {
        same_end_ = a + common_prefix({a, former_.text_.data() + former_.text_.size()},
                                      {b, now_.text_.data() + now_.text_.size()});
        same_shift_ = shift;
    }
    const std::size_t tokens = former_.tokens_.skip_value_before(same_end_);
    now_.tokens_.skip_tokens(tokens);
    return tokens > 0;
}

}  // namespace carecloud
