// The fields of a record whose values were corrected, as needed by an agency.
//
//     for (const Difference& one : differences(former, now)) …
//     {"2024-03-05", "", "dailysummary.nhtotalhours", "3.28", "4"}
//
// Values are compared by their meaning: hours and amounts as numbers, in any spelling and as JSON number or text; flags
// as yes or no. Null, an empty text and an absent member are all equal to no value. Days are matched by their
// `attendancedate` and sign-ins by their `signInId`, so an inserted day does not change the days after it. The record's
// own `modified` and `batch_action_id` describe the version, not its content: they are not compared.
//
// Pure; thread-safe.
#pragma once

#include "json/tree.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct Difference {
    std::string day{};      // of attendance, "2024-03-05"; empty if not in a day
    std::string sign_in{};  // the signInId; empty if not in a sign-in
    // "attendance.body.familyfee"; within a day or a sign-in it is relative to that: "signin". "_value" if the compared
    // value is not an object.
    std::string field{};
    std::optional<std::string> was{};  // std::nullopt if there is no value
    std::optional<std::string> is_now{};

    friend bool operator==(const Difference&, const Difference&) = default;
};

// A signature is shown as "present", or as "changed" if another one replaced it. Objects and arrays that are compared
// as a whole are shown as JSON. A value has at most kDifferenceTextMax bytes, including "…". A list has at most
// kDifferencesMax entries; if there are more, the last entry is the field "_more" with the number of omitted ones.
inline constexpr std::size_t kDifferenceTextMax = 1000;
inline constexpr std::size_t kDifferencesMax = 1000;

// Both texts are normally records, but may be any JSON.
std::vector<Difference> differences(const JsonTree& former, const JsonTree& now);

}  // namespace carecloud
