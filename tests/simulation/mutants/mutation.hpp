// Mutations that are built into copies of the product's sources (mutations.toml, generate.py); at most one is active.
// Not synchronized: one thread, and it changes only between two worlds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace carecloud {

struct Mutation {
    std::string_view name;
    std::string_view says;
    std::uint64_t world = 0;  // that detected it before, if not one of the first
    // Rare kinds of faults of its worlds, as in "lag,back"; they have no others.
    std::string_view always = {};
    std::string_view open = {};  // why nothing detects it yet; empty: something does
    // The unit test that detects it, as a filter of Catch2; empty: a world does.
    std::string_view test = {};
};

// All of them, in order of their numbers.
extern const std::vector<Mutation> kMutations;

inline constexpr std::size_t kNoMutation = static_cast<std::size_t>(-1);

namespace detail {
inline std::size_t mutation_on = kNoMutation;
}  // namespace detail

inline void switch_mutation(std::size_t number) {
    detail::mutation_on = number;
}

// Called by the mutated sources.
inline bool is_mutated(std::size_t number) {
    return detail::mutation_on == number;
}

}  // namespace carecloud
