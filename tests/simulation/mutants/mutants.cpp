// Runs every deliberate mistake of mutations.toml through simulated worlds until one of them notices. A mistake that
// none notices is a hole in the simulation, and fails the test.
//
//   mutants [NAME...]       all of them, or these
//   mutants --part 1/2      every second one, so that two can run side by side
#include "simulation/mutants/mutation.hpp"
#include "simulation/world.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {
namespace {

constexpr std::uint64_t kWorldsMax = 1200;
constexpr double kHours = 6;

// What breaks in that world; none: nothing does.
std::optional<std::string> broken_in(std::uint64_t seed) {
    try {
        const WorldReport report = run_world({.seed = seed, .hours = kHours});
        return report.broken;
    } catch (const std::exception& error) {
        return std::string("exception: ") + error.what();
    }
}

// The first world that notices, and what it says; none: the mistake survived them all. A world that breaks without the
// mistake, too, has noticed nothing. World 0 is that which noticed it once, where there is one.
std::optional<std::string> caught(std::size_t mistake) {
    const std::uint64_t known = kMutations[mistake].world;
    for (std::uint64_t number = known == 0 ? 1 : 0; number <= kWorldsMax; ++number) {
        const std::uint64_t seed = number == 0 ? known : number;
        switch_mutation(mistake);
        const auto said = broken_in(seed);
        if (!said) continue;
        switch_mutation(kNoMutation);
        if (!broken_in(seed)) return "world " + std::to_string(seed) + ": " + *said;
    }
    return std::nullopt;
}

using Wanted = std::function<bool(std::size_t number)>;

// From what stands behind the program's name; none: it cannot be read.
std::optional<Wanted> wanted_by(const std::vector<std::string_view>& words) {
    if (words.empty() || words.front() != "--part") {
        return [words](std::size_t number) {
            return words.empty() ||
                   std::find(words.begin(), words.end(), kMutations[number].name) != words.end();
        };
    }
    std::size_t part = 0;
    std::size_t parts = 0;
    char slash = 0;
    std::istringstream text(words.size() == 2 ? std::string(words[1]) : std::string());
    if (!(text >> part >> slash >> parts) || slash != '/' || part == 0 || part > parts) return std::nullopt;
    return [part, parts](std::size_t number) { return number % parts == part - 1; };
}

int run(const Wanted& is_wanted) {
    std::size_t survivors = 0;
    std::size_t runs = 0;
    for (std::size_t number = 0; number < kMutations.size(); ++number) {
        const Mutation& mutation = kMutations[number];
        if (!is_wanted(number)) continue;
        ++runs;
        const auto said = caught(number);
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
    const auto wanted = carecloud::wanted_by({argv + 1, argv + argc});
    if (wanted) return carecloud::run(*wanted);
    std::cerr << "mutants: write --part as --part 1/2, or name mutations\n";
    return 64;
}
