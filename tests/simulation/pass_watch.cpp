#include "simulation/pass_watch.hpp"

#include "sync/events/settle_rules.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr Timestamp kNever{INT64_MAX};
// The engine counts nanoseconds and the world counts ticks of 100 ns.
constexpr Duration kRounding = std::chrono::microseconds(1);

}  // namespace

void PassWatch::new_life(const std::vector<std::string>& streams, Duration poll_every, bool in_time,
                         Timestamp now) {
    poll_every_ = poll_every;
    in_time_ = in_time;
    streams_.clear();
    for (const std::string& stream : streams)
        streams_[stream] = {
            .began = now, .not_before = now, .poll_from = now, .look_from = kNever, .due = now};
}

void PassWatch::requested(const std::string& stream, Timestamp now) {
    const auto found = streams_.find(stream);
    if (found == streams_.end() || std::exchange(found->second.requested, true)) return;
    found->second.requested_at = now;
}

void PassWatch::began(const std::string& stream, Timestamp now) {
    const auto found = streams_.find(stream);
    if (found == streams_.end()) return;
    Stream& its = found->second;
    if (std::exchange(its.running, true)) broken_(stream + ": a pass begins while one runs");
    const Timestamp at = now + kRounding;
    if (at < its.not_before) broken_(stream + ": a pass begins during a backoff");
    its.polled = !its.requested && at < its.look_from;
    if (its.polled && at < its.poll_from) broken_(stream + ": a pass begins without a reason");
    its.requested = false;
    its.began = now;
}

void PassWatch::ended(const PassReport& report, Timestamp now) {
    const auto found = streams_.find(report.stream);
    if (found == streams_.end()) return;
    Stream& its = found->second;
    if (!std::exchange(its.running, false)) broken_(report.stream + ": a pass ends without having begun");
    // There was an exception, and the engine ends (RunningWorld::pass_ended checks that).
    if (report.error && report.error->code == ErrorCode::canceled) return end_life();
    const bool failed_before = std::exchange(its.failed, report.error.has_value());
    if (report.error) return;
    const Timestamp earliest = now + quickened(poll_every_) * 9 / 10;
    // What was planned before a requested pass stays planned.
    its.poll_from = its.polled || failed_before ? earliest : std::min(its.poll_from, earliest);
    its.look_from = report.events.look_again ? now + *report.events.look_again : kNever;
    its.not_before = now;
    its.due = in_time_ ? now + poll_every_ * 11 / 10 : kNever;
}

void PassWatch::forgiven(Timestamp now) {
    for (auto& [stream, its] : streams_) {
        if (its.running) continue;
        its.not_before = std::min(its.not_before, now);
        requested(stream, now);
    }
}

void PassWatch::backing_off(std::string_view stream, Duration pause, Timestamp now) {
    const auto found = streams_.find(stream);
    if (found == streams_.end()) return;
    Stream& its = found->second;
    its.not_before = its.poll_from = its.due = now + pause;
}

void PassWatch::look(Timestamp now) {
    for (auto& [stream, its] : streams_) {
        if (its.running) continue;
        const Timestamp served = std::max({its.requested_at, its.not_before, its.began});
        if (its.requested && served + kRounding < now) broken_(stream + ": a requested pass was not run");
        if (its.due != kNever && its.due + kRounding < now)
            broken_(stream + ": no pass has begun although one was due at " + its.due.to_string_ms());
    }
}

}  // namespace carecloud
