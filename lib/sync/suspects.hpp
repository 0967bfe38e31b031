// The records that a walk of the portal's keys did not meet where the store has them: told window by window, with the
// store's keys read in the walk's own order and no more than a few pages of either in memory. I/O thread alone.
#pragma once

#include "store/store.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace carecloud {

class Suspects {
  public:
    // The store's keys of the stream with from <= modified < to. `store` outlives it.
    Suspects(Store& store, std::string stream, const std::string& from, std::optional<std::string> to);

    // The walk has met these, in its order.
    void met(const std::vector<Key>& keys);
    // Those of the store's that stand before the walk's place, or anywhere in the window once it has ended, and that
    // were not met. A record may be among them that the walk meets elsewhere, since it moved or the portal orders
    // otherwise: whoever asks looks again.
    Task<Result<std::vector<Key>>> passed_over(bool ended);

  private:
    Task<Result<>> read_on();
    bool is_passed(const Key& key, bool ended) const;

    Store& store_;
    LiveRange range_;
    std::optional<std::string> to_;
    std::deque<Key> ahead_;  // of the store's keys
    bool drained_ = false;
    std::optional<Cursor> place_;
    std::unordered_set<std::string> met_;         // by the last pages
    std::unordered_set<std::string> met_before_;  // by those before
};

}  // namespace carecloud
