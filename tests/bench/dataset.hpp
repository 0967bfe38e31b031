// The records of a run, in the portal's order, and the responses that contain them, rendered before anything is
// measured: pages of whole records, plain and gzipped, and pages of keys.
//
//     const Dataset data = make_dataset({.shape = RecordShape::light, .records = 200'000});
//
// Ids are random, and each `modified` occurs 400 times; all are older than any overlap. Immutable.
#pragma once

#include "portal/records.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace carecloud::bench {

// The limit of API Gateway (the vendor's API documentation).
inline constexpr std::size_t kAnswerBytesMax = 10'000'000;

struct Answer {
    std::string plain;
    std::string gzip;
};

struct Dataset {
    std::vector<std::string> records;  // JSON; one more than `count`: a later version of the first record
    std::vector<std::string> ids;      // of the records
    std::vector<std::string> modified;
    std::size_t count = 0;          // the records of a first load
    std::size_t page_records = 0;   // whole records per response: 1000, or as many as pass the gateway
    std::vector<Answer> pages;      // `page_records` each, from every multiple of it
    std::vector<Answer> key_pages;  // 1000 keys each
    std::unordered_map<std::string_view, std::size_t> by_id;

    double record_bytes() const;  // on average
};

struct DatasetSettings {
    RecordShape shape = RecordShape::light;
    std::size_t records = 0;
    std::size_t correction = 0;  // the number of this correction of all records; 0: their first version
};

Dataset make_dataset(const DatasetSettings& settings);

// A record as the portal shows it after this correction: with another status, other hours on one day, and a later
// `modified`.
std::string corrected(std::string record, std::size_t correction);

// A light record as the benchmarks use it.
std::string light_record(const RecordOptions& options, std::uint64_t index);

// {"isSuccess":true,…} with these records of the dataset.
std::string render(const Dataset& data, const std::vector<std::size_t>& indices, bool keys);
std::string gzip(std::string_view text);

}  // namespace carecloud::bench
