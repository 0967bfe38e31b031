// The position of a walk of the portal's records and its next request: the pure core of paging (DESIGN.md, hazards 1,
// 2, 3, 7, 21 and 32).
//
//     const WalkPtr walk = make_walk(dialect, plan_pass(dialect, state, tail));
//     while (!walk->ended()) {
//         page = … request walk->where(), walk->skip(), walk->reading() …
//         if (auto moved = walk->take_page(page, take); !moved) …   // the position moves
//         … store it, count the new versions …
//         walk->stored(unknown, page.record_count());
//     }
//
// There are two: KeysetWalk, whose position is a key, and SkipWalk for portals without `$or`. Their common part is
// here: the order of a page, and the proof of the end.
#pragma once

#include "base/error.hpp"
#include "model/record.hpp"
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

// The portal's order of (modified, _id), as the server compares: a server that holds strings orders strings, one that
// holds Dates orders instants. Pages are checked against it. Pure.

std::strong_ordering compare_modified(const Dialect& dialect, std::string_view text_a, Timestamp a,
                                      std::string_view text_b, Timestamp b);
std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Record& b);
std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Cursor& b);
std::strong_ordering compare_keys(const Dialect& dialect, const Cursor& a, const Cursor& b);

// With the resolution of a MongoDB Date, rounded down. A server that holds Dates truncates the literal of a query to
// that.
Timestamp to_millisecond(Timestamp at);
// Whether the record does not satisfy `modified >= bound`, as the server compares: in its order, a Date's to the
// millisecond. Otherwise a record in the millisecond of a finer bound would seem to be out of bounds.
bool is_before_bound(const Dialect& dialect, const Record& record, const Cursor& bound);

// bad_response if the records are out of order: a cursor set from such a page would silently skip others. The same key
// twice in a row is accepted (a record may be listed twice; the store stores it once).
Result<> check_order(const Dialect& dialect, const Page& page);

// Whole records, or only `_id` and `modified` and then the unknown ones by `_id`.
enum class Reading { full, keys };

struct Range;

// Where a walk begins and how it may end.
struct WalkPlan {
    // Only for an ordinary pass, which may end at a short first page that reaches it: a record is held there. A first
    // load and a job have none: only an empty page ends them (hazard 32).
    std::optional<Cursor> cursor{};
    std::optional<Cursor> from{};  // empty: before the first record
    bool inclusive = false;        // the records with `from`'s own `modified` are still to be read
    std::optional<Cursor> met{};   // earlier walks with this configuration have read every record up to there
    Reading reading = Reading::full;
    std::optional<std::string>
        until{};  // records with a later `modified` are not requested; needs dialect.lte
};

// A stream's own pass: from the safe point, or strictly after the cursor if the two are equal, or from the beginning.
// `tail`: how many records are held after the start, if known; few are fetched in full again in one request, many (or
// an unknown number) are walked by keys.
WalkPlan plan_pass(const Dialect& dialect, const StreamState& state, std::optional<std::size_t> tail);
// A job's, after its last position; std::nullopt: from the beginning.
WalkPlan plan_job(const Dialect& dialect, std::optional<Cursor> after);
// Of a range of a wide load (ranges.hpp), after its position.
WalkPlan plan_range(const Range& range);
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
    const Dialect& dialect() const { return dialect_; }  // with the server's limit learned so far

    // Whether, as far as visible, the page can contain only `modified` and `_id` of one type each: records of another
    // type are separate, in their own order.
    bool is_in_order(const Page& page) const { return check_order(dialect_, page).has_value(); }
    bool has_position() const { return position_.has_value(); }
    // From now on records of another type are not requested (hazard 33): a reconciliation finds them.
    void narrow() { narrowed_ = true; }
    bool is_narrowed() const { return narrowed_; }

    // A page that was requested as specified by this walk, with this Take. Errors: bad_response if it is out of order
    // or begins before the position; then the walk does not move.
    Result<> take_page(const Page& page, std::size_t take);
    // Whether the last page had fewer records than requested, and fewer than the largest page from this server.
    bool was_short() const { return short_; }

    // What the store knew of the page's records: `unknown` of `count` were new to it.
    virtual void stored(std::size_t unknown, std::size_t count);

    // False while a previous tie may still have to be read again: the cursor must not pass it yet.
    virtual bool may_move_cursor() const { return true; }
    // Whether the next page may be requested while this one is stored.
    virtual bool may_read_ahead() const = 0;

    // Forces how the next page is read, whatever the last ones showed: by keys if a page of one whole record cannot be
    // read, since they contain the record's id. But a tie that is read again is read by keys.
    virtual void read_next(Reading reading) { reading_ = reading; }

    // Earlier walks with this configuration have read every record up to there.
    virtual void has_met(Cursor furthest) { met_to_ = std::move(furthest); }
    // The same for this walk.
    virtual const std::optional<Cursor>& met_to() const { return met_to_; }
    // Which records of the last page this configuration has not read before. They may be held with the text of an older
    // one, and are stored in full, whatever the store knows (hazard 14).
    const std::vector<std::size_t>& unmet() const { return unmet_; }

  protected:
    Walk(const Dialect& dialect, WalkPlan plan);

    // The next records, ignoring the plan's `until`.
    virtual std::string condition() const = 0;
    // A page at the position was read: moves the position.
    virtual void move(const Page& page, std::size_t take) = 0;
    virtual void note_met(const Page& page) = 0;
    // Whether a held record lies after the position.
    virtual bool is_before_cursor() const = 0;
    virtual bool is_before_position(const Record& first) const = 0;
    // Whether the portal has ignored Skip, if that can be seen: the walk would continue forever.
    virtual bool ignores_skip(const Page& page) const = 0;

    // What the page shows about the end. `sees_more`: an empty one cannot be right, for another reason than the cursor.
    bool proves_end(std::size_t count, bool sees_more);
    // The page's records after all those that were read.
    bool is_beyond_met(const Record& record) const;
    void meet(const Page& page);

    Dialect dialect_;
    WalkPlan plan_;
    std::optional<Cursor> position_;  // empty: before the first record
    bool inclusive_;                  // the records with the position's own `modified` are still to be read
    Reading reading_;
    bool narrowed_ = false;
    bool ended_ = false;
    bool short_ = false;
    std::size_t pages_ = 0;  // that contained a record
    bool doubted_ = false;   // an empty response although a record is held there; it was requested once more
    std::optional<Cursor> met_to_;  // the greatest key that this configuration has read
    std::vector<std::size_t> unmet_;
};

using WalkPtr = std::unique_ptr<Walk>;

// The walk that the dialect allows.
WalkPtr make_walk(const Dialect& dialect, WalkPlan plan);

// A walk whose position is a key (hazard 1): records that move in the meantime shift nothing, and the next page may be
// requested before this one is stored. Pure.
class KeysetWalk final : public Walk {
  public:
    KeysetWalk(const Dialect& dialect, WalkPlan plan) : Walk(dialect, std::move(plan)) {}

    // Only after records without a usable `modified`, none of which can be a position.
    std::size_t skip() const override { return skip_; }
    bool may_read_ahead() const override { return !ended_; }

  private:
    std::string condition() const override;
    void move(const Page& page, std::size_t take) override;
    void note_met(const Page& page) override;
    bool is_before_cursor() const override;
    bool is_before_position(const Record& first) const override;
    bool ignores_skip(const Page& page) const override;

    std::size_t skip_ = 0;
    std::string first_invalid_;  // of the page before, if it had nothing else
};

}  // namespace carecloud
