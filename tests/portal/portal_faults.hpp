// Faults by name: determines which one, if any, affects the next response. Seeded, so a run can be repeated.
//
//     PortalFaults faults(7);
//     faults.set("429", 0.05);            // one response in twenty
//     faults.set_times("cut", 2);         // only the next two
//     std::optional<std::string> name = faults.pick();
//
// Not thread-safe.
#pragma once

#include "base/error.hpp"
#include "portal/record_random.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace carecloud {

struct FaultName {
    std::string_view name;
    std::string_view what;  // one line for --help
};

// The faults of the portal's responses.
std::span<const FaultName> fault_names();

class PortalFaults {
  public:
    // `known`: the valid names; must outlive this object.
    explicit PortalFaults(std::uint64_t seed, std::span<const FaultName> known = fault_names())
        : known_(known), random_(seed) {}

    // `probability` from 0 (never) to 1 (always). Error: invalid_argument for an unknown name or another number.
    Result<> set(std::string_view name, double probability);
    // The next `times` responses have the fault, before any probability is considered.
    Result<> set_times(std::string_view name, std::size_t times);
    // "429:0.05"; a name without a number means always.
    Result<> set_text(std::string_view text);
    void clear() { faults_.clear(); }
    bool knows(std::string_view name) const;

    // Returns at most one fault; names are tried in alphabetical order.
    std::optional<std::string> pick();

    // The current settings, for the control port: name to probability.
    std::map<std::string, double> probabilities() const;

  private:
    struct Fault {
        double probability = 0;
        std::size_t times = 0;
    };
    Result<Fault*> fault(std::string_view name);

    std::span<const FaultName> known_;
    std::map<std::string, Fault, std::less<>> faults_;
    RecordRandom random_;
};

}  // namespace carecloud
