// Computes the result of Inbox::announced() from rows of a database. Pure.
//
//     AnnouncedCount count(from, until);
//     for (…) count.add_event(row.text(0));                 // received since `from`
//     for (…) count.add_change(row.text(0), row.text(1));   // created or updated, and committed in [from, until)
//     return count.result();
#pragma once

#include "base/timestamp.hpp"
#include "store/inbox.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>

namespace carecloud {

class AnnouncedCount {
  public:
    AnnouncedCount(Timestamp from, Timestamp until) : from_(from), until_(until) {}

    void add_event(std::string_view record_id) { announced_.emplace(record_id); }
    // `modified` is the portal's text; a change counts only if it is in [from, until), too. A record counts once,
    // however often it changed.
    void add_change(std::string_view record_id, std::string_view modified) {
        const auto at = Timestamp::parse(modified);
        if (at && *at >= from_ && *at < until_) changed_.emplace(record_id);
    }

    Announced result() const {
        const auto announced = std::count_if(changed_.begin(), changed_.end(),
                                             [&](const std::string& id) { return announced_.contains(id); });
        return {.changes = changed_.size(), .announced = static_cast<std::size_t>(announced)};
    }

  private:
    Timestamp from_;
    Timestamp until_;
    std::unordered_set<std::string> announced_;
    std::unordered_set<std::string> changed_;
};

}  // namespace carecloud
