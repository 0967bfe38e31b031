#include "base/clock.hpp"

namespace carecloud {

Task<> Clock::sleep(Duration span) {
    if (span <= Duration::zero()) co_return;
    const auto alarm = make_alarm();
    const MonoTime deadline = now() + span;
    co_await alarm->wait_until(deadline);
}

}  // namespace carecloud
