// The portal's steady rate and burst, kept on our side (promise 5): a token bucket as API Gateway has one.
// Pure.
#pragma once

#include "base/clock.hpp"

#include <cstdint>

namespace carecloud {

class TokenBucket {
  public:
    // Starts empty: a daemon that is restarted again and again must not win a burst each time.
    TokenBucket(double per_second, std::uint32_t burst, MonoTime now);

    // Takes one token and returns zero, or takes none and returns how long to wait before asking again.
    Duration take(MonoTime now);

  private:
    double per_second_;
    double burst_;
    double tokens_ = 0;
    MonoTime filled_at_;
};

}  // namespace carecloud
