#include "sync/walk/keyset_walk.hpp"

#include "portal/query.hpp"
#include "sync/walk/order.hpp"

namespace carecloud {

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

void KeysetWalk::note_met(const Page& page) {
    unmet_.clear();
    for (std::size_t i = 0; i < page.records.size(); ++i) {
        if (is_beyond_met(page.records[i])) unmet_.push_back(i);
    }
    meet(page);
}

void KeysetWalk::move(const Page& page, std::size_t /*take*/) {
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
