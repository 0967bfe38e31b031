#include "simulation/shrink.hpp"

#include <sstream>

namespace carecloud {

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
