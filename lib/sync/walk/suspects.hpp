// Finds the records of a window that the store holds and a walk of the portal's keys did not meet. The store's keys are
// read in the walk's order, and only a few pages of either side are in memory. I/O thread only.
#pragma once

#include "store/store.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace carecloud {

// Determines which of the store's keys a walk has passed over. Both are in the order of (`modified`, id) as texts.
// Pure.
class PassedOver {
  public:
    // For the keys with `modified` < to.
    explicit PassedOver(std::optional<std::string> to) : to_(std::move(to)) {}

    // The walk has met these, in its order.
    void met(const std::vector<Key>& keys);
    // The store's next keys, after all that were added; `last`: there are no more.
    void add(std::vector<Key> keys, bool last);
    // Whether nothing is known about what comes after the added keys, and there may be more.
    bool needs_more() const { return ahead_.empty() && !drained_; }
    // The added keys before the walk's position that were not met; all that were not met if the walk has ended. Each is
    // returned once.
    std::vector<Key> take(bool ended);

  private:
    bool is_passed(const Key& key, bool ended) const;

    std::optional<std::string> to_;
    std::deque<Key> ahead_;  // of the store's keys
    bool drained_ = false;
    std::optional<Cursor> position_;
    std::unordered_set<std::string> met_;         // in the last pages
    std::unordered_set<std::string> met_before_;  // in the pages before those
};

class Suspects {
  public:
    // The store's keys of the stream with from <= modified < to. `store` must outlive it.
    Suspects(Store& store, std::string stream, const std::string& from, std::optional<std::string> to);

    // The walk has met these, in its order.
    void met(const std::vector<Key>& keys) { keys_.met(keys); }
    // The store's records before the walk's position, or anywhere in the window once the walk has ended, that were not
    // met. They may include records that the walk meets elsewhere, because they moved or the portal's order differs, so
    // the caller checks them again.
    Task<Result<std::vector<Key>>> passed_over(bool ended);

  private:
    Task<Result<>> read_on();

    Store& store_;
    LiveRange range_;
    PassedOver keys_;
};

}  // namespace carecloud
