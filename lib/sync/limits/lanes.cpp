#include "sync/limits/lanes.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLanesAtFirst = 4;
constexpr std::size_t kSmallAtOnce = 20;
// More lanes must bring this share of their proportion, or they only slow the portal down for others: twice as many
// must be 1.3 times as fast.
constexpr double kWorthMore = 0.3;
constexpr Duration kHoldFirst = 30s;
constexpr Duration kHoldMax = 10min;

double seconds_of(Duration span) {
    return std::chrono::duration<double>(std::max<Duration>(span, 1us)).count();
}

}  // namespace

LaneLimit::LaneLimit(std::size_t most)
    : most_(std::clamp<std::size_t>(most, 1, kMax)),
      lanes_(std::min(most_, kLanesAtFirst)),
      hold_(kHoldFirst) {}

std::size_t LaneLimit::now() const {
    if (largest_bytes_ == 0) return lanes_;
    return std::clamp<std::size_t>(kBytesInFlight / largest_bytes_, 1, lanes_);
}

std::size_t LaneLimit::pages() const {
    const std::size_t wanted = lanes_ + 1;
    if (largest_bytes_ == 0) return wanted;
    return std::clamp<std::size_t>(kBytesInFlight / largest_bytes_, 2, wanted);
}

std::size_t LaneLimit::now_for_small() const {
    return was_refused_ || most_ == 1 ? now() : kSmallAtOnce;
}

void LaneLimit::begin_round(MonoTime at, std::size_t lanes) {
    lanes_ = lanes;
    round_began_ = at;
    answers_ = 0;
}

void LaneLimit::hold(MonoTime at) {
    held_until_ = at + hold_;
    hold_ = std::min<Duration>(hold_ * 2, kHoldMax);
}

void LaneLimit::answered_alone(Duration took, std::size_t bytes) {
    largest_bytes_ = std::max(bytes, largest_bytes_);
    if (best_lanes_ > 0) return;
    best_lanes_ = 1;
    best_rate_ = 1.0 / seconds_of(took);
}

void LaneLimit::answered(MonoTime at, Duration took, std::size_t bytes) {
    // Forgotten slowly: one large page among small ones must not narrow the load forever.
    largest_bytes_ = std::max(bytes, largest_bytes_ - largest_bytes_ / 8);
    // A request sent with another number of lanes says nothing about this one.
    const MonoTime sent = at - took;
    if (sent < round_began_) return;
    const bool was_idle = last_at_ + took < sent;
    if (was_idle) answers_ = 0;
    last_at_ = at;
    if (answers_ == 0) counted_from_ = sent;  // no request may have been under way before
    // Two from each lane: the first ones alone would be the fastest ones.
    const std::size_t width = now();
    if (++answers_ < 2 * width) return;
    const double rate = static_cast<double>(answers_) / seconds_of(at - counted_from_);
    const double more_lanes =
        static_cast<double>(width) / static_cast<double>(std::max<std::size_t>(best_lanes_, 1)) - 1;
    if (best_lanes_ > 0 && more_lanes > 0 && rate < best_rate_ * (1 + kWorthMore * more_lanes)) {
        begin_round(at, best_lanes_);
        hold(at);
        return;
    }
    best_lanes_ = width;
    best_rate_ = rate;
    const bool may_grow = lanes_ < most_ && width == lanes_ && at >= held_until_;
    const std::size_t more = was_refused_ ? lanes_ + 1 : lanes_ * 2;
    begin_round(at, may_grow ? std::min(most_, more) : lanes_);
}

void LaneLimit::refused(MonoTime at, MonoTime sent) {
    if (sent < round_began_) return;  // there are fewer lanes already
    was_refused_ = true;
    best_lanes_ = 0;
    begin_round(at, std::max<std::size_t>(now() * 2 / 3, 1));
    hold(at);
}

Task<> Lanes::until_free() {
    while (!has_free()) {
        auto waiting = freed_.wait(clock_);
        co_await std::move(waiting);
    }
}

Task<> Lanes::until_may_send(bool small) {
    while (requests_ >= (small ? limit_.now_for_small() : now())) {
        auto waiting = freed_.wait(clock_);
        co_await std::move(waiting);
    }
}

}  // namespace carecloud
