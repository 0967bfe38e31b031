// Repairs a copy of an answer in which single records are not valid JSON, so that the others can be read
// (lib/sync/DESIGN.md, hazard 35).
//
//     std::string copy(text);
//     const RepairReport report = repair_records(copy);
//     // copy is as long as text; where it is valid JSON now, only the records in report.repaired differ from text
//
// Four faults are repaired, and only inside the records of the answer's `data`: raw control characters, bytes that are
// not UTF-8, numbers that are none (NaN, 01, +1), and nesting that is too deep. Whatever else is wrong stays wrong: the
// caller reads the copy as strictly as any answer. Pure; safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct RepairedRecord {
    std::size_t begin = 0;   // its '{'
    std::string_view fault;  // the first one met, in words
};

struct RepairReport {
    std::vector<RepairedRecord> repaired;  // in the order of the text
    std::size_t records = 0;               // that were seen to their end, sound ones included
};

// At most this many are repaired: a page with more is not a good page with some bad records.
inline constexpr std::size_t kRepairedMax = 1000;

RepairReport repair_records(std::string& text);

}  // namespace carecloud
