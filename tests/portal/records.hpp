// Invented records that look like the vendor's `claim_attendance` (the vendor's API documentation): every
// documented field, business dates, sign-in times, signatures of a realistic size, a misspelled name now and
// then. No real person is in them. The same options and index give the same bytes, on any machine.
//
//     RecordOptions options{.seed = 7, .shape = RecordShape::full};
//     std::string raw = make_record(options, 0);   // record 0 of an endless row of them
//
// Pure; safe on any thread.
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
    std::int64_t step_ticks = 60 * Timestamp::ticks_per_second;  // from one batch to the next
    std::string workspace_id = "636eeb5d8029cf0df6932c16";       // the vendor's own example
    std::string bucket_id = "636eeb5d8029cf0df6932c16";
    std::string entity = "claim_attendance";
};

// One JSON object. `_id`, then the business fields, then the system's. An index of up to 2^32 is good with
// the default batch and step: later ones run out of years.
std::string make_record(const RecordOptions& options, std::uint64_t index);
// The same with default options but for these.
std::string make_record(std::uint64_t seed, std::uint64_t index, RecordShape shape);

// Its `_id` alone: 24 hex digits in no order, another for every index and seed.
std::string record_id(const RecordOptions& options, std::uint64_t index);
Timestamp record_modified(const RecordOptions& options, std::uint64_t index);

// "cc-claim-attendance" for "claim_attendance"; the documented exceptions too.
std::string datasource_code(std::string_view entity);

}  // namespace carecloud
