#include "sync/events/settle_rules.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr std::size_t kSilentBelowPercent = 10;
constexpr std::size_t kWellFromPercent = 50;

}  // namespace

void ignore_future_time(OpenEvent& event, Timestamp portal_time) {
    if (event.event_time && *event.event_time > portal_time + kDay) event.event_time.reset();
}

bool settles(const HeldRecord& shown, const OpenEvent& event, std::size_t looks) {
    if (shown.deleted || shown.doubted) return false;
    const bool is_new = shown.seq > event.held_seq;
    if (!event.event_time) return is_new || is_slow(looks);
    if (!shown.modified) return false;
    if (*shown.modified >= *event.event_time) return true;
    const bool is_near = *shown.modified + kEventTolerance >= *event.event_time;
    return is_near && (is_new || is_slow(looks));
}

bool is_slow(std::size_t looks) {
    return looks > kQuickLooks;
}

bool is_past_overlap(const OpenEvent& event, Timestamp portal_time, Duration overlap) {
    return !event.event_time || *event.event_time + overlap < portal_time;
}

std::optional<Duration> look_pause(std::size_t looks) {
    if (looks == 0 || looks > kQuickLooks) return std::nullopt;
    return std::chrono::seconds(1) * (1U << (looks - 1));
}

bool is_to_be_asked(std::size_t looks, bool polled) {
    return looks == kQuickLooks + 1 || (is_slow(looks) && polled);
}

bool is_push_silent(const Announced& recent, bool was) {
    if (recent.changes < (was ? 1 : kChangesToJudge)) return was;
    const std::size_t percent = recent.announced * 100 / recent.changes;
    if (percent < kSilentBelowPercent) return true;
    return percent < kWellFromPercent && was;
}

Duration quickened(Duration poll_every) {
    return std::min(poll_every, std::max<Duration>(poll_every / 5, std::chrono::seconds(30)));
}

}  // namespace carecloud
