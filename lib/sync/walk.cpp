#include "sync/walk.hpp"

#include "portal/query.hpp"
#include "sync/order.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

// Up to so many records a second fetch of them is cheaper than a walk of keys and a fetch of what is new.
constexpr std::size_t kTailReadWhole = 32;
// A page of at least so many whole records with nothing new in it: what is walked once more is better walked by keys.
constexpr std::size_t kKnownPage = 64;

}  // namespace

Walk::Walk(Dialect dialect, const StreamState& state, std::optional<std::size_t> tail) : dialect_(dialect) {
    if (!state.cursor) return;
    cursor_ = state.cursor;
    position_ = state.cursor;
    Cursor met = *state.cursor;
    if (!dialect_.keyset) met.id.clear();  // the life before may have been cut off within the tie
    has_met(std::move(met));
    const bool settled = state.safe && state.safe->modified_text == state.cursor->modified_text;
    if (!settled && state.safe) position_ = Cursor{state.safe->modified_text, state.safe->modified, ""};
    inclusive_ = !settled || !dialect_.keyset;
    const bool rereads = !settled || !dialect_.keyset;
    if (rereads && tail.value_or(kTailReadWhole + 1) > kTailReadWhole) reading_ = Reading::keys;
}

Walk::Walk(Dialect dialect, SafePoint from)
    : dialect_(dialect),
      position_(Cursor{std::move(from.modified_text), from.modified, ""}),
      inclusive_(true) {}

void Walk::has_met(Cursor furthest) {
    met_ties_to_ = furthest;
    met_to_ = std::move(furthest);
}

std::string Walk::where() const {
    if (!position_) return where::all();
    if (inclusive_) return where::modified(dialect_, "$gte", position_->modified_text);
    return where::after(dialect_, position_->modified_text, position_->id);
}

Result<> Walk::check_position(const Page& page) const {
    if (auto ordered = check_order(dialect_, page); !ordered) return ordered;
    if (!position_ || page.records.empty()) return {};
    const Record& first = page.records.front();
    const bool before = inclusive_ ? compare_modified(dialect_, first.modified_text, first.modified,
                                                      position_->modified_text, position_->modified) < 0
                                   : compare_keys(dialect_, first, *position_) <= 0;
    if (!before) return {};
    return Error{
        .code = ErrorCode::bad_response,
        .operation = "check the page's place",
        .subject = "it begins before the key that was asked for",
        .hint = "nothing of the page is stored; if this stays, the portal ignores the query's bound"};
}

void Walk::move_past(const Record& last, std::size_t count) {
    if (dialect_.keyset) {
        position_ = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
        inclusive_ = false;
        skip_ = 0;
        return;
    }
    const bool same_tie = position_ && inclusive_ && last.modified_text == position_->modified_text;
    if (same_tie) {
        skip_ += count;
        return;
    }
    if (position_ && skip_ > 0) left_tie_ = position_;
    position_ = Cursor{std::string(last.modified_text), last.modified, ""};
    inclusive_ = true;
    skip_ = 0;
}

bool Walk::is_before_cursor() const {
    return cursor_ && position_ &&
           compare_modified(dialect_, position_->modified_text, position_->modified, cursor_->modified_text,
                            cursor_->modified) < 0;
}

bool Walk::proves_end(std::size_t count, std::size_t take) {
    // A short page proves the end only below the largest page that the server ever gave (hazard 7).
    if (count > 0) {
        doubted_ = false;
        return count < std::min(take, dialect_.cap);
    }
    // Nothing, where the cursor's record at least was seen, or the last one of the page before: gone since, or an empty
    // listing by mistake (hazard 21).
    return (!is_before_cursor() && !overlaps_) || std::exchange(doubted_, true);
}

// Whether the Skip still stands where it stood: then the page begins with a record of the one before.
void Walk::note_shift(const Page& page, std::size_t take) {
    if (!overlaps_) {
        // One whole record at a time leaves no room for that: keys will.
        tie_noisy_ = tie_noisy_ || (reading_ == Reading::full && (take == 1 || page.record_count() > 0));
        return;
    }
    const auto is_known = [this](const auto& record) { return last_ids_.contains(std::string(record.id)); };
    const bool stands = std::any_of(page.records.begin(), page.records.end(), is_known) ||
                        std::any_of(page.strange.begin(), page.strange.end(), is_known);
    tie_noisy_ = tie_noisy_ || !stands;
}

void Walk::note_met(const Page& page) {
    unmet_.clear();
    if (skip_ == 0 && !rereads_) tie_ids_.clear();
    for (std::size_t i = 0; i < page.records.size(); ++i) {
        const Record& record = page.records[i];
        const bool is_beyond = !met_to_ || compare_keys(dialect_, record, *met_to_) > 0;
        // In a tie that is read again stand those, too, that the rounds before passed over.
        const bool is_fresh = !dialect_.keyset && tie_ids_.emplace(record.id).second;
        if (is_beyond || (rereads_ && is_fresh)) unmet_.push_back(i);
    }
    if (page.records.empty()) return;
    const Record& last = page.records.back();
    if (met_to_ && compare_keys(dialect_, last, *met_to_) <= 0) return;
    met_to_ = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
}

void Walk::note_ties_met() {
    const std::optional<Cursor>& tie = left_tie_ ? left_tie_ : position_;
    if (!tie) return;
    const bool is_beyond =
        !met_ties_to_ || compare_modified(dialect_, tie->modified_text, tie->modified,
                                          met_ties_to_->modified_text, met_ties_to_->modified) > 0;
    if (is_beyond) met_ties_to_ = tie;
}

void Walk::keep_ids(const Page& page) {
    last_ids_.clear();
    if (skip_ == 0) return;
    for (const Record& record : page.records)
        last_ids_.emplace(record.id);
    for (const StrangeRecord& strange : page.strange)
        last_ids_.insert(strange.id);
}

Result<> Walk::take_page(const Page& page, std::size_t take) {
    if (auto placed = check_position(page); !placed) return placed;
    note_met(page);
    const bool in_tie = !dialect_.keyset && skip_ > 0;
    const std::size_t count = page.record_count();
    dialect_.cap = std::max(dialect_.cap, count);
    ended_ = proves_end(count, take);
    if (count == 0 && !ended_) return {};  // it is asked for once more
    if (in_tie) note_shift(page, take);
    const std::size_t again = overlaps_ && count > 0 ? 1 : 0;
    if (page.records.empty())
        skip_ += count - again;  // nothing here can be a position: only strange records
    else
        move_past(page.records.back(), count - again);
    if (ended_ && in_tie && !left_tie_) left_tie_ = position_;
    if (dialect_.keyset) return {};
    note_ties_met();
    // A page that held that one record alone, and is not the end, has no room for it.
    overlaps_ = skip_ > 0 && (again == 0 || count > 1);
    keep_ids(page);
    return {};
}

void Walk::stored(std::size_t unknown, std::size_t count) {
    tie_noisy_ = tie_noisy_ || unknown > 0;
    if (left_tie_) {
        if (tie_noisy_) {
            position_ = left_tie_;
            inclusive_ = true;
            skip_ = 0;
            overlaps_ = false;
            ended_ = false;
            reading_ = Reading::keys;
        }
        rereads_ = tie_noisy_;
        left_tie_.reset();
        tie_noisy_ = false;
        return;
    }
    if (reading_ == Reading::keys && unknown * 2 > count)
        reading_ = Reading::full;
    else if (reading_ == Reading::full && unknown == 0 && count >= kKnownPage && is_before_cursor())
        reading_ = Reading::keys;
}

}  // namespace carecloud
