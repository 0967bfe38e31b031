// The command line of `simulate`.
#pragma once

#include "simulation/fault.hpp"

#include <cstdint>
#include <iosfwd>
#include <set>
#include <variant>

namespace carecloud {

struct SimulateOptions {
    std::uint64_t first = 1;  // seeds, both included
    std::uint64_t last = 1;
    double hours = 12;
    std::set<Fault> without{};
    std::set<Fault> always{};
    unsigned jobs = 1;
    bool trace = false;
};

// What to do, or the exit code if everything has been printed: 0 after --help, 64 for a usage error.
std::variant<SimulateOptions, int> parse_simulate_options(int argc, const char* const* argv,
                                                          std::ostream& out, std::ostream& err);

}  // namespace carecloud
