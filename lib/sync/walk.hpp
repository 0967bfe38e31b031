// Where a pass stands and what it asks next: the pure heart of paging (sync-model, hazards 1, 2, 3 and 7).
//
//     Walk walk(dialect, state, tail);
//     while (!walk.ended()) {
//         page = … ask for walk.where(), walk.skip(), walk.reading() …
//         if (auto moved = walk.take_page(page, take); !moved) …   // the position moves: the next page may
//         be asked for … store it, count what was new … walk.stored(unknown, page.record_count());
//     }
//
// With keyset the position is a key, and the next page may be asked for before this one is stored. Without,
// it is a `modified` and a Skip inside one tie, and `stored` must come first. A record that leaves the tie meanwhile
// shifts the rest past the Skip: so each page begins with the last record of the one before, which shows that nothing
// has moved, and the tie is read again, by keys, until a whole round of it has not moved and holds nothing unknown.
#pragma once

#include "core/error.hpp"
#include "core/page.hpp"
#include "core/stream.hpp"
#include "portal/dialect.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace carecloud {

// Whole records, or `_id` and `modified` alone and then only the unknown ones by `_id`.
enum class Reading { full, keys };

class Walk {
  public:
    // Starts at the state's safe point, or strictly after its cursor where the two have met, or at the
    // beginning. `tail`: how many records are held beyond the start, as far as is known; few are fetched
    // whole once more in one request, many (or an unknown number) are walked by keys.
    Walk(Dialect dialect, const StreamState& state, std::optional<std::size_t> tail);
    // Starts at the first record with this `modified` or a later one.
    Walk(Dialect dialect, SafePoint from);

    bool ended() const { return ended_; }
    std::string where() const;
    std::size_t skip() const { return overlaps_ ? skip_ - 1 : skip_; }
    Reading reading() const { return reading_; }
    const Dialect& dialect() const { return dialect_; }  // with the cap as learnt so far

    // A page that was asked for as this walk said, with this Take. Errors: bad_response where it is out of
    // order or lies before the position; the walk stands still then.
    Result<> take_page(const Page& page, std::size_t take);

    // What the store knew of the page's records: `unknown` of `count` were new to it.
    void stored(std::size_t unknown, std::size_t count);

    // False while a tie that was left may still have to be read again: the cursor must not pass it yet.
    bool may_move_cursor() const { return !left_tie_; }

    // How the next page is to be read, whatever the last ones told: by keys where a page of one whole record cannot be
    // had, since they tell the record's id. But a tie that is read again is read by keys.
    void read_next(Reading reading) { reading_ = rereads_ ? Reading::keys : reading; }

    // Earlier walks with this configuration have met every record up to there.
    void has_met(Cursor furthest);
    // The same of this walk. Without keyset a tie counts only as a whole: until it has been quiet, records of it may
    // have been passed over.
    const std::optional<Cursor>& met_to() const {
        return dialect_.keyset || is_over() ? met_to_ : met_ties_to_;
    }
    // Which records of the page taken last this configuration has not met before. They may be held in an older one's
    // words, and are taken whole, whatever the store knows (hazard 14).
    const std::vector<std::size_t>& unmet() const { return unmet_; }

    // Whether the next page may be asked for while this one is stored.
    bool may_read_ahead() const { return dialect_.keyset && !ended_; }

  private:
    Result<> check_position(const Page& page) const;
    bool proves_end(std::size_t count, std::size_t take);
    void move_past(const Record& last, std::size_t count);
    void note_shift(const Page& page, std::size_t take);
    void keep_ids(const Page& page);
    void note_met(const Page& page);
    void note_ties_met();
    bool is_before_cursor() const;
    bool is_over() const { return ended_ && !left_tie_; }

    Dialect dialect_;
    std::optional<Cursor>
        cursor_;  // the state's: a record is held there, so a walk from before it must find some
    std::optional<Cursor> position_;  // none: before the first record
    bool inclusive_ = false;          // the position's own `modified` is still to be read
    std::size_t skip_ = 0;
    Reading reading_ = Reading::full;
    bool ended_ = false;
    std::optional<Cursor> met_to_;  // the furthest key that this configuration has met
    std::optional<Cursor>
        met_ties_to_;  // without keyset: before the tie under way, or that which was just left
    std::vector<std::size_t> unmet_;
    bool doubted_ = false;  // an empty answer came where a record is held; it was asked for once more

    // Without keyset only: the tie that was just left and may have to be read again.
    std::optional<Cursor> left_tie_;
    bool tie_noisy_ = false;
    bool rereads_ = false;                      // a tie that was left
    bool overlaps_ = false;                     // the next page begins with the last record of this one
    std::unordered_set<std::string> last_ids_;  // of this page, where it lies inside a tie
    std::unordered_set<std::string> tie_ids_;   // of all pages since the tie began
};

}  // namespace carecloud
