#include "telemetry/pass_history.hpp"

namespace carecloud {

void PassHistory::note(const PassReport& report, Timestamp ended_at) {
    PassEntry& entry = entries_[report.stream];
    entry.report = report;
    entry.ended_at = ended_at;
    ++entry.passes;
    under_way_.erase(report.stream);
}

void PassHistory::note_commit(std::string_view stream, std::uint64_t records, MonoTime now) {
    const auto [place, first] = under_way_.try_emplace(std::string(stream));
    PassUnderWay& pass = place->second;
    pass.records += records;
    pass.last_at = now;
    if (first)
        pass.first_at = now;
    else
        pass.after_first += records;
}

const PassUnderWay* PassHistory::under_way(std::string_view stream) const {
    const auto found = under_way_.find(stream);
    return found == under_way_.end() ? nullptr : &found->second;
}

const PassEntry* PassHistory::find(std::string_view stream) const {
    const auto found = entries_.find(stream);
    return found == entries_.end() ? nullptr : &found->second;
}

}  // namespace carecloud
