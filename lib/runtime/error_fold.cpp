#include "runtime/error_fold.hpp"

#include <algorithm>

namespace carecloud {

ErrorFold::Outage& ErrorFold::outage_of(std::string_view operation, MonoTime now) {
    if (const auto known = outages_.find(operation); known != outages_.end()) return known->second;
    if (outages_.size() >= kOperationsMax) {
        outages_.erase(std::min_element(outages_.begin(), outages_.end(), [](const auto& a, const auto& b) {
            return a.second.last < b.second.last;
        }));
    }
    Outage& outage = outages_[std::string(operation)];
    outage.first = now;
    return outage;
}

std::optional<ErrorFold::Line> ErrorFold::failed(std::string_view operation, ErrorCode code, MonoTime now) {
    Outage& outage = outage_of(operation, now);
    outage.last = now;
    ++outage.failures;
    const auto [entry, is_new] = outage.streaks.try_emplace(code, Streak{now, 0});
    Streak& streak = entry->second;
    ++streak.since_line;
    if (!is_new && now - streak.last_line < interval_) return std::nullopt;
    const Line line{streak.since_line};
    streak = Streak{now, 0};
    return line;
}

std::optional<ErrorFold::Recovery> ErrorFold::succeeded(std::string_view operation, MonoTime now) {
    const auto known = outages_.find(operation);
    if (known == outages_.end()) return std::nullopt;
    const Recovery recovery{known->second.failures, now - known->second.first};
    outages_.erase(known);
    return recovery;
}

}  // namespace carecloud
