// A walk without keyset (hazard 2). Its position is a `modified`, with a Skip inside one tie, and each page must be
// stored before the next one is requested. A record that leaves the tie in the meantime shifts the others past the
// Skip. So each page inside a tie begins with the last record of the previous one, which shows that nothing has moved,
// and a tie of several pages is read again, by keys, until nothing moves during a whole round and it contains nothing
// unknown. Pure.
#pragma once

#include "sync/walk/walk.hpp"

#include <string>
#include <unordered_set>

namespace carecloud {

class SkipWalk final : public Walk {
  public:
    SkipWalk(const Dialect& dialect, WalkPlan plan);

    std::size_t skip() const override { return overlaps_ ? skip_ - 1 : skip_; }
    void stored(std::size_t unknown, std::size_t count) override;
    bool may_move_cursor() const override { return !left_tie_; }
    bool may_read_ahead() const override { return false; }
    void read_next(Reading reading) override { reading_ = rereads_ ? Reading::keys : reading; }
    void has_met(Cursor furthest) override;
    // A tie counts only as a whole: until it has been stable, some of its records may have been skipped.
    const std::optional<Cursor>& met_to() const override {
        return ended_ && !left_tie_ ? met_to_ : met_ties_to_;
    }

  private:
    bool ignores_skip(const Page& page) const override;
    std::string condition() const override;
    void move(const Page& page, std::size_t take) override;
    void note_met(const Page& page) override;
    bool is_before_cursor() const override;
    bool is_before_position(const Record& first) const override;

    void move_past(const Page& page, std::size_t fresh);
    void note_shift(const Page& page);
    void note_ties_met();
    void keep_ids(const Page& page);
    void begin_again();

    std::size_t skip_ = 0;
    std::optional<Cursor> met_ties_to_;  // before the current tie, or the one that was just left

    // The tie that was just left, or in which the walk ended, and that may have to be read again.
    std::optional<Cursor> left_tie_;
    std::size_t tie_pages_ = 0;  // of this round of the tie, that contained records of it
    bool shifted_ = false;       // in this round
    bool is_blind_ = false;      // in this round, a page had no room to show a shift
    bool is_fresh_ = false;      // this round returned a record that no previous round did
    bool unknown_in_tie_ = false;
    bool rereads_ = false;                         // a tie that was left is read again
    bool overlaps_ = false;                        // the next page begins with the last record of this one
    bool had_room_ = false;                        // the previous page held fewer records than it could have
    std::unordered_set<std::string> last_ids_;     // of this page, if it lies inside a tie
    std::unordered_set<std::string> tie_ids_;      // of all pages since the tie began
    std::unordered_set<std::string> tie_invalid_;  // the same for its invalid records
};

}  // namespace carecloud
