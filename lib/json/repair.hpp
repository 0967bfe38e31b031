// Repairs a copy of a response in which single records are not valid JSON, so the others can be read
// (lib/sync/DESIGN.md, hazard 35).
//
//     std::string copy(text);
//     const RepairReport report = repair_records(copy);
//     // copy is as long as text; if it is valid JSON now, only the records in report.repaired differ from text
//
// Four faults are repaired, and only inside the records of the response's `data`: raw control characters, invalid
// UTF-8, invalid numbers (NaN, 01, +1), and nesting that is too deep. Everything else stays as it is: the caller parses
// the copy as strictly as any response. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct RepairedRecord {
    std::size_t begin = 0;   // the position of its '{'
    std::string_view fault;  // the first one found, for people
};

struct RepairReport {
    std::vector<RepairedRecord> repaired;  // in the order of the text
    std::size_t records = 0;               // complete records, valid ones included
};

// The number of records after which the repair stops: a page with more is not a valid page with some invalid records.
inline constexpr std::size_t kRepairedMax = 1000;

RepairReport repair_records(std::string& text);

}  // namespace carecloud
