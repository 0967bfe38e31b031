#include "sync/limits/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace carecloud {

TokenBucket::TokenBucket(double per_second, std::uint32_t burst, MonoTime now)
    : per_second_(per_second), burst_(std::max(1.0, static_cast<double>(burst))), filled_at_(now) {}

Duration TokenBucket::take(MonoTime now) {
    const std::chrono::duration<double> passed = now - filled_at_;
    filled_at_ = now;
    tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
    if (tokens_ >= 1.0) {
        tokens_ -= 1.0;
        return Duration::zero();
    }
    // Rounded up, and never zero, so that whoever sleeps so long finds a token.
    const double wait_ns = std::ceil((1.0 - tokens_) / per_second_ * 1e9) + 1.0;
    return Duration(static_cast<Duration::rep>(wait_ns));
}

}  // namespace carecloud
