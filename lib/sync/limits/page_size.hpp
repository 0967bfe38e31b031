// How many records to ask for: what passes the gateway is learned, because a page of 1000 records with
// signatures is larger than any answer it lets through (portal-api facts, "Authentication and limits"; hazard
// 8). Pure.
#pragma once

#include <cstddef>

namespace carecloud {

class PageSize {
  public:
    // Starts at `max` and never goes beyond it. At least 1.
    explicit PageSize(std::size_t max);

    std::size_t take() const { return take_; }

    // A page of `take` was too large and a smaller one is to be tried: what the next attempt asks for.
    static std::size_t smaller(std::size_t take) { return take / 2; }

    // A page asked with `take` passed, full or not; `after_shrinking` when larger ones had failed just
    // before.
    void passed(std::size_t take, bool full, bool after_shrinking);

  private:
    std::size_t max_;
    std::size_t take_;
    std::size_t full_pages_ = 0;  // in a row, since the last change
};

}  // namespace carecloud
