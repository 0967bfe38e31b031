#include "simulation/many_worlds.hpp"

#include <algorithm>
#include <mutex>
#include <sstream>
#include <thread>

namespace carecloud {
namespace {

void add(WorldReport& sum, const WorldReport& report) {
    sum.hours += report.hours;
    sum.lives += report.lives;
    sum.passes += report.passes;
    sum.failed_passes += report.failed_passes;
    sum.bounded_passes += report.bounded_passes;
    sum.requests += report.requests;
    sum.changes += report.changes;
    sum.events += report.events;
    for (const auto& [fault, count] : report.faults)
        sum.faults[fault] += count;
}

}  // namespace

ManyWorlds run_worlds(const WorldSettings& settings, std::uint64_t first, std::uint64_t last, unsigned jobs,
                      const std::function<void(const WorldSettings&, const WorldReport&)>& on_broken) {
    ManyWorlds many;
    std::mutex mutex;  // of `many` and `next`
    std::uint64_t next = first;
    const auto work = [&] {
        for (;;) {
            WorldSettings world = settings;
            {
                const std::lock_guard lock(mutex);
                if (next > last) return;
                world.seed = next++;
            }
            const WorldReport report = run_world(world);
            const std::lock_guard lock(mutex);
            ++many.worlds;
            add(many.sum, report);
            if (!report.broken) continue;
            many.broken.push_back(world);
            on_broken(world, report);
        }
    };
    std::vector<std::jthread> threads;
    for (unsigned job = 0; job < jobs; ++job)
        threads.emplace_back(work);
    threads.clear();
    std::sort(many.broken.begin(), many.broken.end(),
              [](const WorldSettings& a, const WorldSettings& b) { return a.seed < b.seed; });
    return many;
}

WorldSettings shrink(WorldSettings broken) {
    for (const Fault fault : all_faults()) {
        WorldSettings fewer = broken;
        fewer.always.erase(fault);
        if (fewer.without.insert(fault).second && run_world(fewer).broken) broken = fewer;
    }
    for (WorldSettings shorter = broken; shorter.hours > 0.25;) {
        shorter.hours /= 2;
        if (!run_world(shorter).broken) break;
        broken = shorter;
    }
    return broken;
}

std::string command_of(const WorldSettings& settings) {
    std::ostringstream text;
    text << "simulate --seed " << settings.seed << " --hours " << settings.hours;
    for (const char* separator = " --without "; const Fault fault : settings.without) {
        text << separator << to_string(fault);
        separator = ",";
    }
    for (const char* separator = " --always "; const Fault fault : settings.always) {
        text << separator << to_string(fault);
        separator = ",";
    }
    return text.str();
}

}  // namespace carecloud
