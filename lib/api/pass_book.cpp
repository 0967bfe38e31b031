#include "api/pass_book.hpp"

namespace carecloud {

void PassBook::note(const PassReport& report, Timestamp ended_at) {
    PassEntry& entry = entries_[report.stream];
    entry.report = report;
    entry.ended_at = ended_at;
    ++entry.passes;
}

const PassEntry* PassBook::find(std::string_view stream) const {
    const auto found = entries_.find(stream);
    return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace carecloud
