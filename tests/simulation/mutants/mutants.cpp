// Runs every deliberate mistake of mutations.toml through simulated worlds until one of them notices. A mistake that
// none notices is a hole in the simulation, and fails the test.
//
//   mutants [NAME...]     all of them, or these
#include "simulation/mutants/mutation.hpp"
#include "simulation/world.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {
namespace {

constexpr std::uint64_t kWorldsMax = 1200;
constexpr double kHours = 6;

// The first world that notices, and what it says; none: the mistake survived them all. World 0 is that which noticed it
// once, where there is one.
std::optional<std::string> caught(const Mutation& mutation) {
    for (std::uint64_t number = mutation.world == 0 ? 1 : 0; number <= kWorldsMax; ++number) {
        const std::uint64_t seed = number == 0 ? mutation.world : number;
        const std::string world = "world " + std::to_string(seed) + ": ";
        try {
            const WorldReport report = run_world({.seed = seed, .hours = kHours});
            if (report.broken) return world + *report.broken;
        } catch (const std::exception& error) {
            return world + "exception: " + error.what();
        }
    }
    return std::nullopt;
}

int run(const std::vector<std::string_view>& names) {
    std::size_t survivors = 0;
    std::size_t runs = 0;
    for (std::size_t number = 0; number < kMutations.size(); ++number) {
        const Mutation& mutation = kMutations[number];
        if (!names.empty() && std::find(names.begin(), names.end(), mutation.name) == names.end()) continue;
        ++runs;
        switch_mutation(number);
        const auto said = caught(mutation);
        survivors += !said;
        std::cout << (said ? "caught    " : "SURVIVED  ") << mutation.name << ": "
                  << said.value_or(std::string(mutation.says)) << std::endl;
    }
    std::cout << runs << " mutations, " << survivors << " survived\n";
    return runs == 0 || survivors > 0 ? 1 : 0;
}

}  // namespace
}  // namespace carecloud

int main(int argc, char** argv) {
    return carecloud::run({argv + 1, argv + argc});
}
