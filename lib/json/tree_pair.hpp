// The trees of two similar texts, with what differs in them: comparing two versions of a record costs little more than
// finding where they differ.
//
//     TreePair pair;
//     pair.read(former, now);                      // throws BadJson
//     use(pair.former(), pair.now());
//
// A value that both have at the same position is left out of both. An element of an array is left out or there as a
// whole, so that one with a difference can be matched by its key. What is left out is not checked. One thread at a
// time.
#pragma once

#include "json/tree.hpp"

#include <cstddef>
#include <string_view>

namespace carecloud {

class TreePair {
  public:
    // The trees are empty if it throws.
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
    // Up to same_end_ in the former text both are the same, shifted by so many bytes.
    const char* same_end_ = nullptr;
    std::ptrdiff_t same_shift_ = 0;
};

}  // namespace carecloud
