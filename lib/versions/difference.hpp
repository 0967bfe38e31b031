// What an agency wants to know of a correction: which fields of a record say something else than before.
//
//     for (const Difference& one : differences(former, now)) …
//     {"2024-03-05", "", "dailysummary.nhtotalhours", "3.28", "4"}
//
// Values are compared as what they are: hours and amounts as numbers, however they are spelled and whether they came as
// text or not; flags as yes or no. Null, an empty text and an absent member are all nothing. Days are matched by their
// `attendancedate`, sign-ins by their `signInId`, so that one more day is no change of the days behind it. The record's
// own `modified` and `batch_action_id` say when and how a version came: they are no differences.
//
// Pure; safe on any thread.
#pragma once

#include "json/tree.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct Difference {
    std::string day{};      // of attendance, "2024-03-05"; empty: the record's own
    std::string sign_in{};  // the signInId; empty: none's
    // "attendance.body.familyfee"; within a day or a sign-in from there: "signin". "_value": what is no object at all.
    std::string field{};
    std::optional<std::string> was{};  // none: nothing
    std::optional<std::string> is_now{};

    friend bool operator==(const Difference&, const Difference&) = default;
};

// A signature is "present", and "changed" where another one took its position. Objects and arrays that are compared
// as a whole stand as JSON. No value is longer than kDifferenceTextMax bytes, "…" included; no list than
// kDifferencesMax: its last element then is the field "_more", with the number of those left off.
inline constexpr std::size_t kDifferenceTextMax = 1000;
inline constexpr std::size_t kDifferencesMax = 1000;

// Both are records, or whatever else stood in their position.
std::vector<Difference> differences(const JsonTree& former, const JsonTree& now);

}  // namespace carecloud
