#include "simulation/rest.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr std::size_t kQuietPasses = 2;

}  // namespace

void Rest::begin(const std::vector<std::string>& streams, Timestamp now, Timestamp visible,
                 Timestamp patient_until) {
    from_ = now;
    patient_until_ = patient_until;
    visible_ = visible;
    for (const std::string& stream : streams)
        quiet_[stream] = 0;
}

std::optional<std::string> Rest::pass_ended(const PassReport& report, Timestamp began) {
    std::size_t& quiet = quiet_.at(report.stream);
    if (report.error) {
        quiet = 0;
        if (began < from_) return std::nullopt;
        if (report.error->code == ErrorCode::quota_exhausted) {
            // No probe is sent meanwhile, and the next one follows within an hour (simulate --seed 752028 --hours
            // 0.25).
            patient_until_ = std::max(patient_until_, began + std::chrono::minutes(65));
            return std::nullopt;
        }
        if (report.error->code == ErrorCode::rate_limited && is_patient(began)) return std::nullopt;
        return report.stream + ": a pass fails although all faults have ended: " + report.error->message();
    }
    if (began < visible_) return std::nullopt;
    // The first one fetches what was missing.
    const bool brought = report.summary.changes() > 0;
    quiet = brought ? 1 : quiet + 1;
    return std::nullopt;
}

bool Rest::is_quiet() const {
    return std::all_of(quiet_.begin(), quiet_.end(),
                       [](const auto& stream) { return stream.second >= kQuietPasses; });
}

std::string Rest::restless() const {
    for (const auto& [stream, quiet] : quiet_) {
        if (quiet < kQuietPasses) return stream;
    }
    return {};
}

}  // namespace carecloud
