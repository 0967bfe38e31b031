// Bodies of attendance records as no portal ought to send them, for the views of both databases.
#pragma once

#include "unit/store_sqlite/attendance_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace carecloud {

// CARECLOUD_SEED, or a random one, which is printed.
std::uint64_t seed_of_run();

// Records whose values were replaced at random.
class Spoiler {
  public:
    explicit Spoiler(std::uint64_t seed);

    // By values in all the forms that were or might be sent.
    std::string spoiled(std::uint64_t index);
    // Also by what another parser reads differently, or not at all: numbers beyond all limits, escapes that no text can
    // contain, members with the same name, odd names, white space.
    std::string mangled(std::uint64_t index);

  private:
    std::size_t below(std::size_t end);
    OrderedJson record(std::uint64_t index) const;
    OrderedJson* somewhere(OrderedJson& root);
    void spoil(OrderedJson& root);
    void mangle(OrderedJson& root);

    std::mt19937_64 random_;
    OrderedJson values_;
    std::size_t marks_ = 0;  // see mangled()
};

// Valid JSON in the wrong places. The last one has names and texts that attendance_reader.hpp writes differently.
std::vector<std::string> misshapen_bodies();

// Numbers beyond all limits, members with the same name, escapes.
std::vector<std::string> extreme_bodies();

// In each place a character that no text can contain.
std::string unreadable_body();

}  // namespace carecloud
