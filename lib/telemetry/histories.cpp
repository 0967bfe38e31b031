#include "telemetry/histories.hpp"

#include <algorithm>

namespace carecloud {
namespace {

std::int64_t number_of(MonoTime at) {
    return at.since_origin / DayHistory::kQuarter;
}

std::size_t index_of(std::int64_t number) {
    return static_cast<std::size_t>(number) % DayHistory::kQuarters;
}

}  // namespace

void PassHistory::note(const PassReport& report, Timestamp ended_at) {
    PassEntry& entry = entries_[report.stream];
    entry.report = report;
    entry.ended_at = ended_at;
    ++entry.passes;
    under_way_.erase(report.stream);
}

void PassHistory::note_commit(std::string_view stream, std::uint64_t records, MonoTime now) {
    const auto [entry, first] = under_way_.try_emplace(std::string(stream));
    PassUnderWay& pass = entry->second;
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

// Clears the quarters that have begun since the last call.
DayHistory::Quarter& DayHistory::at(MonoTime now) {
    const std::int64_t number = number_of(now);
    const auto stale = std::min<std::int64_t>(number - newest_, kQuarters);
    for (std::int64_t i = 0; i < stale; ++i)
        ring_[index_of(number - i)] = {};
    newest_ = std::max(newest_, number);
    return ring_[index_of(number)];
}

void DayHistory::count_pass(bool failed, MonoTime now) {
    Quarter& quarter = at(now);
    ++quarter.passes;
    quarter.failed += failed ? 1 : 0;
}

DayHistory::Quarters DayHistory::last(MonoTime now) const {
    const std::int64_t number = number_of(now);
    Quarters quarters{};
    for (std::size_t i = 0; i < kQuarters; ++i) {
        const std::int64_t wanted = number - static_cast<std::int64_t>(kQuarters - 1 - i);
        const bool held =
            wanted >= 0 && wanted <= newest_ && wanted > newest_ - static_cast<std::int64_t>(kQuarters);
        if (held) quarters[i] = ring_[index_of(wanted)];
    }
    return quarters;
}

}  // namespace carecloud
