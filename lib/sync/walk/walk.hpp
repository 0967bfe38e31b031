// Where a walk of the portal's records stands and what it asks next: the pure heart of paging (sync-model, hazards 1,
// 2, 3, 7, 21 and 32).
//
//     const WalkPtr walk = make_walk(dialect, plan_pass(dialect, state, tail));
//     while (!walk->ended()) {
//         page = … ask for walk->where(), walk->skip(), walk->reading() …
//         if (auto moved = walk->take_page(page, take); !moved) …   // the position moves
//         … store it, count what was new …
//         walk->stored(unknown, page.record_count());
//     }
//
// There are two: KeysetWalk, whose position is a key, and SkipWalk for portals without `$or`. What they have in common
// is here: the order of a page, and what proves the end.
#pragma once

#include "base/error.hpp"
#include "model/page.hpp"
#include "model/stream.hpp"
#include "portal/query.hpp"

#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

// The portal's order of (modified, _id), as the server itself compares: a server that holds strings orders
// texts, one that holds Dates orders instants. What a page claims is held against it. Pure.

std::strong_ordering compare_modified(const Dialect& dialect, std::string_view text_a, Timestamp a,
                                      std::string_view text_b, Timestamp b);
std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Record& b);
std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Cursor& b);
std::strong_ordering compare_keys(const Dialect& dialect, const Cursor& a, const Cursor& b);

// As fine as a Date of MongoDB, rounded down. A server that holds Dates cuts the literal of a query to that.
Timestamp to_millisecond(Timestamp at);
// Whether the record has no place behind `modified >= bound`, as the server compares: in its order, a Date's to the
// millisecond. Otherwise a record in the millisecond of a finer bound would seem to be out of place.
bool is_before_bound(const Dialect& dialect, const Record& record, const Cursor& bound);

// bad_response where the records are out of order: a cursor set from such a page would pass over others in
// silence. The same key twice in a row is let through (a record may be listed twice; the store takes it
// once).
Result<> check_order(const Dialect& dialect, const Page& page);

// Whole records, or `_id` and `modified` alone and then only the unknown ones by `_id`.
enum class Reading { full, keys };

// Where a walk begins and how it may end.
struct WalkPlan {
    // Of an ordinary pass alone, which may end at a short first page that reaches it: a record is held there. A first
    // load and a job have none: only an empty page ends them (hazard 32).
    std::optional<Cursor> cursor{};
    std::optional<Cursor> from{};  // none: before the first record
    bool inclusive = false;        // `from`'s own `modified` is still to be read
    std::optional<Cursor> met{};   // earlier walks with this configuration have met every record up to there
    Reading reading = Reading::full;
    std::optional<std::string>
        until{};  // records with a later `modified` are not asked for; needs dialect.lte
};

// A stream's own pass: from the safe point, or strictly after the cursor where the two have met, or from the beginning.
// `tail`: how many records are held beyond the start, as far as is known; few are fetched whole once more in one
// request, many (or an unknown number) are walked by keys.
WalkPlan plan_pass(const Dialect& dialect, const StreamState& state, std::optional<std::size_t> tail);
// A job's, behind the position that it had reached; none: from the beginning.
WalkPlan plan_job(const Dialect& dialect, std::optional<Cursor> after);
// A job's, from the first record with this `modified` or a later one.
WalkPlan plan_job_from(SafePoint from);

class Walk {
  public:
    virtual ~Walk() = default;
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;

    bool ended() const { return ended_; }
    std::string where() const;
    virtual std::size_t skip() const = 0;
    Reading reading() const { return reading_; }
    const Dialect& dialect() const { return dialect_; }  // with the cap as learned so far

    // Whether nothing but `modified` and `_id` of one type each can be in the page, as far as that shows: records of
    // another type stand apart, in an order of their own.
    bool is_in_order(const Page& page) const { return check_order(dialect_, page).has_value(); }
    bool has_position() const { return position_.has_value(); }
    // From now on records of another type are not asked for (hazard 33): a reconciliation finds them.
    void narrow() { narrowed_ = true; }
    bool is_narrowed() const { return narrowed_; }

    // A page that was asked for as this walk said, with this Take. Errors: bad_response where it is out of order or
    // lies before the position; the walk stands still then.
    Result<> take_page(const Page& page, std::size_t take);
    // Whether the page taken last held fewer records than were asked for and than the server ever gave at once.
    bool was_short() const { return short_; }

    // What the store knew of the page's records: `unknown` of `count` were new to it.
    virtual void stored(std::size_t unknown, std::size_t count);

    // False while a tie that was left may still have to be read again: the cursor must not pass it yet.
    virtual bool may_move_cursor() const { return true; }
    // Whether the next page may be asked for while this one is stored.
    virtual bool may_read_ahead() const = 0;

    // How the next page is to be read, whatever the last ones showed: by keys if a page of one whole record cannot be
    // had, since they show the record's id. But a tie that is read again is read by keys.
    virtual void read_next(Reading reading) { reading_ = reading; }

    // Earlier walks with this configuration have met every record up to there.
    virtual void has_met(Cursor furthest) { met_to_ = std::move(furthest); }
    // The same of this walk.
    virtual const std::optional<Cursor>& met_to() const { return met_to_; }
    // Which records of the page taken last this configuration has not met before. They may be held in an older one's
    // words, and are taken whole, whatever the store knows (hazard 14).
    const std::vector<std::size_t>& unmet() const { return unmet_; }

  protected:
    Walk(const Dialect& dialect, WalkPlan plan);

    // The records that come next, the plan's `until` aside.
    virtual std::string condition() const = 0;
    // A page at the position was read: the position moves.
    virtual void move(const Page& page, std::size_t take) = 0;
    virtual void note_met(const Page& page) = 0;
    // Whether a record that is held lies behind the position.
    virtual bool is_before_cursor() const = 0;
    virtual bool is_before_position(const Record& first) const = 0;

    // What the page says about the end. `sees_more`: an empty one cannot be right, for another reason than the cursor.
    bool proves_end(std::size_t count, bool sees_more);
    // Those of the page's records that lie beyond all that was met.
    bool is_beyond_met(const Record& record) const;
    void meet(const Page& page);

    Dialect dialect_;
    WalkPlan plan_;
    std::optional<Cursor> position_;  // none: before the first record
    bool inclusive_;                  // the position's own `modified` is still to be read
    Reading reading_;
    bool narrowed_ = false;
    bool ended_ = false;
    bool short_ = false;
    std::size_t pages_ = 0;         // that held a record
    bool doubted_ = false;          // an empty answer came where a record is held; it was asked for once more
    std::optional<Cursor> met_to_;  // the furthest key that this configuration has met
    std::vector<std::size_t> unmet_;
};

using WalkPtr = std::unique_ptr<Walk>;

// The walk that the dialect allows.
WalkPtr make_walk(const Dialect& dialect, WalkPlan plan);

// A walk whose position is a key (hazard 1): records that move meanwhile shift nothing, and the next page may be asked
// for before this one is stored. Pure.
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
