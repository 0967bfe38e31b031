// A walk whose position is a key (hazard 1): records that move meanwhile shift nothing, and the next page may be asked
// for before this one is stored. Pure.
#pragma once

#include "sync/walk/walk.hpp"

#include <utility>

namespace carecloud {

class KeysetWalk final : public Walk {
  public:
    KeysetWalk(const Dialect& dialect, WalkPlan plan) : Walk(dialect, std::move(plan)) {}

    // Only behind records without a usable `modified`, none of which can be a position.
    std::size_t skip() const override { return skip_; }
    bool may_read_ahead() const override { return !ended_; }

  private:
    std::string condition() const override;
    void move(const Page& page, std::size_t take) override;
    void note_met(const Page& page) override;
    bool is_before_cursor() const override;
    bool is_before_position(const Record& first) const override;

    std::size_t skip_ = 0;
};

}  // namespace carecloud
