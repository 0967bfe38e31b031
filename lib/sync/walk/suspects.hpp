// The records that a walk of the portal's keys did not meet where the store has them: found window by window, with the
// store's keys read in the walk's own order and no more than a few pages of either in memory. I/O thread alone.
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

// Which of the store's keys a walk has passed over, both in the order of (`modified`, id) as texts. Pure.
class PassedOver {
  public:
    // Of the keys with `modified` < to.
    explicit PassedOver(std::optional<std::string> to) : to_(std::move(to)) {}

    // The walk has met these, in its order.
    void met(const std::vector<Key>& keys);
    // The store's next keys, behind all that were added; `last`: it has no more.
    void add(std::vector<Key> keys, bool last);
    // Whether nothing can be said of what is behind the keys that were added, and there may be more.
    bool needs_more() const { return ahead_.empty() && !drained_; }
    // Of the keys added, those before the walk's position that were not met; all, where the walk has ended. Each once.
    std::vector<Key> take(bool ended);

  private:
    bool is_passed(const Key& key, bool ended) const;

    std::optional<std::string> to_;
    std::deque<Key> ahead_;  // of the store's keys
    bool drained_ = false;
    std::optional<Cursor> position_;
    std::unordered_set<std::string> met_;         // by the last pages
    std::unordered_set<std::string> met_before_;  // by those before
};

class Suspects {
  public:
    // The store's keys of the stream with from <= modified < to. `store` outlives it.
    Suspects(Store& store, std::string stream, const std::string& from, std::optional<std::string> to);

    // The walk has met these, in its order.
    void met(const std::vector<Key>& keys) { keys_.met(keys); }
    // Those of the store's that stand before the walk's position, or anywhere in the window once it has ended, and that
    // were not met. A record may be among them that the walk meets elsewhere, since it moved or the portal orders
    // otherwise: whoever asks looks again.
    Task<Result<std::vector<Key>>> passed_over(bool ended);

  private:
    Task<Result<>> read_on();

    Store& store_;
    LiveRange range_;
    PassedOver keys_;
};

}  // namespace carecloud
