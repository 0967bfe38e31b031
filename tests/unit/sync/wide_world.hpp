// A small world whose portal has latency, with records and lanes enough for a load in ranges.
#pragma once

#include "bounded_world.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace carecloud {

inline constexpr unsigned kWideRecords = 1200;

template <class Base>
struct Wide : Base {
    explicit Wide(std::size_t most = 12, ModelSettings dialect = {}) : Base(dialect) {
        this->lanes = std::make_unique<Lanes>(this->clock, *this->limiter, most);
        this->settings.page_size = 20;
        this->memory = StreamMemory(20);
        this->portal.set_latency(std::chrono::milliseconds(300));
    }

    // Irregular: an hour apart, in ties of three, and denser in the last third.
    void fill(unsigned count = kWideRecords) {
        for (unsigned i = 0; i < count; ++i) {
            const auto later =
                std::chrono::minutes(i < count * 2 / 3 ? 60 * (i / 3) : 40 * count / 3 + i / 3);
            this->put(i + 1, kOld - std::chrono::hours(24 * 400) + later);
        }
    }
};

using WideWorld = Wide<World>;
using WideBounded = Wide<BoundedWorld>;

}  // namespace carecloud
