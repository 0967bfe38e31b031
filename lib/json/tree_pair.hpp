// The trees of two similar texts, without the values that are equal in both. Comparing two versions of a record thus
// costs little more than finding where they differ.
//
//     TreePair pair;
//     pair.read(former, now);                      // throws BadJson
//     use(pair.former(), pair.now());
//
// A value that both have at the same position is omitted from both trees. An element of an array is either omitted or
// present as a whole, so an element with a difference can be matched by its key. Omitted values are not checked. One
// thread at a time.
#pragma once

#include "json/tree.hpp"

#include <cstddef>
#include <string_view>

namespace carecloud {

class TreePair {
  public:
    // The trees are empty if this throws.
    void read(std::string_view former, std::string_view now);

    const JsonTree& former() const { return former_; }
    const JsonTree& now() const { return now_; }

  private:
    struct Names {
        std::string_view former{};
        std::string_view now{};
    };
    class Container;

    void add(const Names& names, std::size_t depth, bool as_a_whole);
    void add_container(const Names& names, std::size_t depth);
    bool skip_same();

    JsonTree former_;
    JsonTree now_;
    // The texts are equal up to same_end_ in the former one, shifted by same_shift_ bytes.
    const char* same_end_ = nullptr;
    std::ptrdiff_t same_shift_ = 0;
};

}  // namespace carecloud
