#include "sync/walk/skip_walk.hpp"

#include "portal/query.hpp"
#include "sync/walk/walk.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

namespace {

// Records of a tie that may be returned twice, because others move into it or out of it.
constexpr std::size_t kPassedTwice = 100;

}  // namespace

SkipWalk::SkipWalk(const Dialect& dialect, WalkPlan plan)
    : Walk(dialect, std::move(plan)), met_ties_to_(plan_.met) {}

void SkipWalk::has_met(Cursor furthest) {
    met_ties_to_ = furthest;
    met_to_ = std::move(furthest);
}

std::string SkipWalk::condition() const {
    return position_ ? where::modified(dialect_, "$gte", position_->modified_text) : where::all();
}

bool SkipWalk::is_before_cursor() const {
    return plan_.cursor && position_ &&
           compare_modified(dialect_, position_->modified_text, position_->modified,
                            plan_.cursor->modified_text, plan_.cursor->modified) < 0;
}

bool SkipWalk::is_before_position(const Record& first) const {
    return is_before_bound(dialect_, first, *position_);
}

// More records were skipped than the tie has: the same ones are returned again and again.
bool SkipWalk::ignores_skip(const Page& /*page*/) const {
    return skip_ > 2 * (tie_ids_.size() + tie_invalid_.size()) + kPassedTwice;
}

void SkipWalk::note_met(const Page& page) {
    unmet_.clear();
    if (skip_ == 0 && !rereads_) {
        tie_ids_.clear();
        tie_invalid_.clear();
    }
    for (const InvalidRecord& invalid : page.invalid)
        tie_invalid_.insert(invalid.id);
    for (std::size_t i = 0; i < page.records.size(); ++i) {
        // A tie that is read again also contains the records that the previous rounds skipped.
        const bool is_fresh = tie_ids_.emplace(page.records[i].id).second;
        is_fresh_ = is_fresh_ || is_fresh;
        if (is_beyond_met(page.records[i]) || (rereads_ && is_fresh)) unmet_.push_back(i);
    }
    meet(page);
}

// Whether the Skip is still valid: then the page begins with a record of the previous one.
void SkipWalk::note_shift(const Page& page) {
    if (!overlaps_) {
        // With one whole record at a time there is no room for that: keys have room. And after the last record of a tie
        // nothing more was to follow. The capacity of the previous page counts, since this one may have another size.
        is_blind_ = is_blind_ || (had_room_ ? page.record_count() > 0 : reading_ == Reading::full);
        return;
    }
    const auto is_known = [this](const auto& record) { return last_ids_.contains(std::string(record.id)); };
    const bool stands = std::any_of(page.records.begin(), page.records.end(), is_known) ||
                        std::any_of(page.invalid.begin(), page.invalid.end(), is_known);
    shifted_ = shifted_ || !stands;
}

void SkipWalk::move_past(const Page& page, std::size_t fresh) {
    if (page.records.empty()) {  // nothing here can be a position: only invalid records
        skip_ += fresh;
        return;
    }
    const Record& last = page.records.back();
    tie_pages_ += fresh > 0;
    if (position_ && inclusive_ && last.modified_text == position_->modified_text) {
        skip_ += fresh;
        return;
    }
    if (position_ && skip_ > 0) left_tie_ = position_;
    position_ = Cursor{std::string(last.modified_text), last.modified, ""};
    inclusive_ = true;
    skip_ = 0;
    tie_pages_ = 0;
}

void SkipWalk::note_ties_met() {
    const std::optional<Cursor>& tie = left_tie_ ? left_tie_ : position_;
    if (!tie) return;
    const bool is_beyond =
        !met_ties_to_ || compare_modified(dialect_, tie->modified_text, tie->modified,
                                          met_ties_to_->modified_text, met_ties_to_->modified) > 0;
    if (is_beyond) met_ties_to_ = tie;
}

void SkipWalk::keep_ids(const Page& page) {
    last_ids_.clear();
    if (skip_ == 0) return;
    for (const Record& record : page.records)
        last_ids_.emplace(record.id);
    for (const InvalidRecord& invalid : page.invalid)
        last_ids_.insert(invalid.id);
}

void SkipWalk::move(const Page& page, std::size_t /*take*/) {
    const bool in_tie = skip_ > 0;
    const std::size_t count = page.record_count();
    if (count == 0) {
        // If the last record of the previous page is not there, a tie has shrunk, or the listing is wrong.
        ended_ = proves_end(count, overlaps_);
        if (!ended_) return;  // it is requested once more
        if (in_tie) note_shift(page);
    } else {
        if (in_tie) note_shift(page);
        const std::size_t again = overlaps_ ? 1 : 0;
        move_past(page, count - again);
        ended_ = proves_end(count, false);
        // A page with only that record has no room for it; the next one proves the end.
        overlaps_ = skip_ > 0 && (again == 0 || count > 1);
    }
    // A tie that arrived in one response, and has been stable since, hides nothing.
    if (ended_ && in_tie && !left_tie_ && (tie_pages_ > 1 || shifted_ || is_blind_)) left_tie_ = position_;
    had_room_ = short_;
    note_ties_met();
    keep_ids(page);
}

void SkipWalk::begin_again() {
    position_ = left_tie_;
    inclusive_ = true;
    skip_ = 0;
    tie_pages_ = 0;
    overlaps_ = false;
    ended_ = false;
    reading_ = Reading::keys;
}

void SkipWalk::stored(std::size_t unknown, std::size_t count) {
    unknown_in_tie_ = unknown_in_tie_ || unknown > 0;
    if (!left_tie_) {
        Walk::stored(unknown, count);
        return;
    }
    // With a portal whose pages never have room, a tie would be read forever: two rounds with the same records are
    // enough.
    const bool is_quiet = rereads_ && !is_fresh_;
    rereads_ = unknown_in_tie_ || shifted_ || (is_blind_ && !is_quiet);
    if (rereads_) begin_again();
    left_tie_.reset();
    unknown_in_tie_ = false;
    shifted_ = is_blind_ = is_fresh_ = false;
}

}  // namespace carecloud
