#include "sync/walk/walk.hpp"

#include "portal/query.hpp"
#include "sync/walk/ranges.hpp"
#include "sync/walk/skip_walk.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

std::strong_ordering compare_modified(const Dialect& dialect, std::string_view text_a, Timestamp a,
                                      std::string_view text_b, Timestamp b) {
    if (dialect.modified == ModifiedLiteral::string) return text_a <=> text_b;
    return a <=> b;
}

std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Record& b) {
    const auto by_modified =
        compare_modified(dialect, a.modified_text, a.modified, b.modified_text, b.modified);
    return by_modified != 0 ? by_modified : a.id <=> b.id;
}

std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Cursor& b) {
    const auto by_modified =
        compare_modified(dialect, a.modified_text, a.modified, b.modified_text, b.modified);
    return by_modified != 0 ? by_modified : a.id <=> std::string_view(b.id);
}

std::strong_ordering compare_keys(const Dialect& dialect, const Cursor& a, const Cursor& b) {
    const auto by_modified =
        compare_modified(dialect, a.modified_text, a.modified, b.modified_text, b.modified);
    return by_modified != 0 ? by_modified : a.id <=> b.id;
}

Timestamp to_millisecond(Timestamp at) {
    return {at.ticks - at.ticks % Timestamp::ticks_per_millisecond};
}

bool is_before_bound(const Dialect& dialect, const Record& record, const Cursor& bound) {
    return compare_modified(dialect, record.modified_text, record.modified, bound.modified_text,
                            to_millisecond(bound.modified)) < 0;
}

Result<> check_order(const Dialect& dialect, const Page& page) {
    for (std::size_t i = 1; i < page.records.size(); ++i) {
        if (compare_keys(dialect, page.records[i - 1], page.records[i]) <= 0) continue;
        return Error{.code = ErrorCode::bad_response,
                     .operation = "check the page's order",
                     .subject = "record " + std::to_string(i + 1) + " is out of order by (modified, _id)",
                     .hint =
                         "nothing of the page is stored; if this persists, ask the portal's operator why "
                         "Sort is ignored"};
    }
    return {};
}

namespace {

// Up to this many records a second fetch of them is cheaper than a walk of keys and a fetch of new versions.
constexpr std::size_t kTailReadWhole = 32;
// A page with at least this many whole records and nothing new in it: the rest is better walked by keys.
constexpr std::size_t kKnownPage = 64;

// Without keyset the previous process may have been interrupted within the tie.
Cursor met_before(const Dialect& dialect, Cursor cursor) {
    if (!dialect.keyset) cursor.id.clear();
    return cursor;
}

}  // namespace

WalkPlan plan_pass(const Dialect& dialect, const StreamState& state, std::optional<std::size_t> tail) {
    if (!state.cursor) return {};
    WalkPlan plan{.cursor = state.cursor, .from = state.cursor, .met = met_before(dialect, *state.cursor)};
    const bool settled = state.safe && state.safe->modified_text == state.cursor->modified_text;
    if (!settled && state.safe) plan.from = Cursor{state.safe->modified_text, state.safe->modified, ""};
    plan.inclusive = !settled || !dialect.keyset;
    if (plan.inclusive && tail.value_or(kTailReadWhole + 1) > kTailReadWhole) plan.reading = Reading::keys;
    return plan;
}

WalkPlan plan_job(const Dialect& dialect, std::optional<Cursor> after) {
    if (!after) return {};
    WalkPlan plan{.from = after, .inclusive = !dialect.keyset};
    plan.met = met_before(dialect, std::move(*after));
    return plan;
}

WalkPlan plan_range(const Range& range) {
    WalkPlan plan{.from = range.position, .met = range.position};
    if (range.position) return plan;
    plan.from = Cursor{range.from, Timestamp::parse(range.from).value_or(Timestamp{}), ""};
    plan.inclusive = true;
    return plan;
}

WalkPlan plan_job_from(SafePoint from) {
    return {.from = Cursor{std::move(from.modified_text), from.modified, ""}, .inclusive = true};
}

WalkPtr make_walk(const Dialect& dialect, WalkPlan plan) {
    if (dialect.keyset) return std::make_unique<KeysetWalk>(dialect, std::move(plan));
    return std::make_unique<SkipWalk>(dialect, std::move(plan));
}

Walk::Walk(const Dialect& dialect, WalkPlan plan)
    : dialect_(dialect),
      plan_(std::move(plan)),
      position_(plan_.from),
      inclusive_(plan_.inclusive),
      reading_(plan_.reading),
      met_to_(plan_.met) {}

std::string Walk::where() const {
    std::string next = condition();
    if (narrowed_) next = where::of_types(dialect_, next);
    return plan_.until ? where::until(dialect_, next, *plan_.until) : next;
}

Result<> Walk::take_page(const Page& page, std::size_t take) {
    if (auto ordered = check_order(dialect_, page); !ordered) return ordered;
    if (!page.records.empty() && position_ && is_before_position(page.records.front())) {
        return Error{.code = ErrorCode::bad_response,
                     .operation = "check the page's position",
                     .subject = "it starts before the requested key",
                     .hint =
                         "nothing of the page is stored; if this persists, the portal ignores the query's "
                         "lower bound"};
    }
    if (ignores_skip(page)) {
        return Error{.code = ErrorCode::bad_response,
                     .operation = "check the page's position",
                     .subject = "the same records are returned regardless of Skip",
                     .hint = "nothing of the page is stored; ask the portal's operator why Skip is ignored"};
    }
    note_met(page);
    dialect_.cap = std::max(dialect_.cap, page.record_count());
    short_ = page.record_count() < std::min(take, dialect_.cap);
    move(page, take);
    return {};
}

bool Walk::proves_end(std::size_t count, bool sees_more) {
    if (count > 0) {
        doubted_ = false;
        const bool first = pages_++ == 0;
        return first && short_ && plan_.cursor && !is_before_cursor();
    }
    // Nothing, although at least the cursor's record was seen: it is gone since, or the listing is erroneously empty
    // (hazard 21).
    const bool plausible = !is_before_cursor() && !sees_more;
    return plausible || std::exchange(doubted_, true);
}

bool Walk::is_beyond_met(const Record& record) const {
    return !met_to_ || compare_keys(dialect_, record, *met_to_) > 0;
}

void Walk::meet(const Page& page) {
    if (page.records.empty() || !is_beyond_met(page.records.back())) return;
    const Record& last = page.records.back();
    met_to_ = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
}

void Walk::stored(std::size_t unknown, std::size_t count) {
    if (reading_ == Reading::keys && unknown * 2 > count)
        reading_ = Reading::full;
    else if (reading_ == Reading::full && unknown == 0 && count >= kKnownPage)
        reading_ = Reading::keys;
}

std::string KeysetWalk::condition() const {
    if (!position_) return where::all();
    if (inclusive_) return where::modified(dialect_, "$gte", position_->modified_text);
    return where::after(dialect_, position_->modified_text, position_->id);
}

bool KeysetWalk::is_before_cursor() const {
    return plan_.cursor && position_ && compare_keys(dialect_, *position_, *plan_.cursor) < 0;
}

bool KeysetWalk::is_before_position(const Record& first) const {
    if (!inclusive_) return compare_keys(dialect_, first, *position_) <= 0;
    return is_before_bound(dialect_, first, *position_);
}

bool KeysetWalk::ignores_skip(const Page& page) const {
    return skip_ > 0 && !page.invalid.empty() && page.invalid.front().id == first_invalid_;
}

void KeysetWalk::note_met(const Page& page) {
    unmet_.clear();
    for (std::size_t i = 0; i < page.records.size(); ++i) {
        if (is_beyond_met(page.records[i])) unmet_.push_back(i);
    }
    meet(page);
}

void KeysetWalk::move(const Page& page, std::size_t /*take*/) {
    first_invalid_ = page.records.empty() && !page.invalid.empty() ? page.invalid.front().id : std::string();
    if (page.records.empty()) {
        skip_ += page.record_count();
    } else {
        const Record& last = page.records.back();
        position_ = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
        inclusive_ = false;
        skip_ = 0;
    }
    ended_ = proves_end(page.record_count(), false);
}

}  // namespace carecloud
