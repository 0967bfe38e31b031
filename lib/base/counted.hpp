// Counts one more for as long as it lives: what is under way now, however its coroutine ends.
//
//     const Counted one_more(messages_);
//
// As thread-safe as the count.
#pragma once

#include <cstddef>

namespace carecloud {

class Counted {
  public:
    // The count outlives it.
    explicit Counted(std::size_t& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

  private:
    std::size_t& count_;
};

}  // namespace carecloud
