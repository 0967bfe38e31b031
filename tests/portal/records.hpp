// Invented records that resemble the vendor's `claim_attendance` (the vendor's API documentation): every documented
// field, business dates, sign-in times, signatures of a realistic size, and occasionally a misspelled name. They
// contain no real person. The same options and index give the same bytes on any machine.
//
//     RecordOptions options{.seed = 7, .shape = RecordShape::full};
//     std::string raw = make_record(options, 0);   // record 0 of an endless sequence
//
// Pure; thread-safe.
#pragma once

#include "base/timestamp.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// light: about 1 KB, one day. full: 18 to 20 KB, 31 days with sign-ins, two signatures.
enum class RecordShape { light, full };

std::optional<RecordShape> record_shape_from(std::string_view text);

struct RecordOptions {
    std::uint64_t seed = 1;
    RecordShape shape = RecordShape::light;
    std::size_t batch = 400;                                     // records that share one `modified`; never 0
    Timestamp first_modified{17'093'376'000'000'000};            // of the first batch: 2024-03-02T00:00:00Z
    std::int64_t step_ticks = 60 * Timestamp::ticks_per_second;  // between batches
    std::string workspace_id = "636eeb5d8029cf0df6932c16";       // the vendor's own example
    std::string bucket_id = "636eeb5d8029cf0df6932c16";
    std::string entity = "claim_attendance";
};

// A JSON object: `_id`, then the business fields, then the system's. With the default batch and step, an index up to
// 2^32 is valid; the years of later ones are out of range.
std::string make_record(const RecordOptions& options, std::uint64_t index);
// The same with default options, except for these.
std::string make_record(std::uint64_t seed, std::uint64_t index, RecordShape shape);

// Only its `_id`: 24 hex digits in no particular order, different for each index and seed.
std::string record_id(const RecordOptions& options, std::uint64_t index);
Timestamp record_modified(const RecordOptions& options, std::uint64_t index);

// "cc-claim-attendance" for "claim_attendance"; supports the documented exceptions.
std::string datasource_code(std::string_view entity);

}  // namespace carecloud
