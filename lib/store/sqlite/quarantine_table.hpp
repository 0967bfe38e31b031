// The table `quarantine`: records that could not be taken, whole, with the reason (promise 6). On the store's
// thread; throws SqlError. Views that are handed in live until the call returns, the stream's until the next
// begin().
#pragma once

#include "model/record.hpp"
#include "store/sqlite/statement.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class QuarantineTable {
  public:
    explicit QuarantineTable(Connection& db);

    // What follows is of this stream, and happens at `at`.
    void begin(std::string_view stream, std::string_view at);
    // False for nearly every stream, which spares the look for every record.
    bool has_any() const { return has_any_; }

    // Whether one that is there already, with the same `modified` and reason, is written as another attempt.
    enum class Attempt { same, another };
    // True: it was written. False: it was there already.
    bool put(const InvalidRecord& record, Attempt attempt);
    // The record came good. True: it was there.
    bool remove(std::string_view id);
    // The record reads well in a version that the store has: what is here is let go, unless it is a newer one, or its
    // `modified` says nothing. True: it was here.
    bool release(std::string_view id, Timestamp modified);
    // Whether this version is there: the same `modified` text.
    bool holds(const Key& key);
    // As Store::untried.
    std::vector<Key> untried(Timestamp before, std::size_t limit);

  private:
    Statement any_;
    Statement find_;
    Statement put_;
    Statement remove_;
    Statement untried_;
    bool has_any_ = false;
};

}  // namespace carecloud
