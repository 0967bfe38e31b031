#include "sync/limits/lanes.hpp"

#include <utility>

namespace carecloud {

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
