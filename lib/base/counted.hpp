// RAII increment of a counter, for the number of operations in progress: it is decremented however the coroutine ends.
//
//     const Counted one_more(messages_);
//
// Synchronization is up to the owner of the counter.
#pragma once

#include <cstddef>

namespace carecloud {

class Counted {
  public:
    // The counter must outlive this object.
    explicit Counted(std::size_t& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

  private:
    std::size_t& count_;
};

}  // namespace carecloud
