// The records of a run, in the portal's order, and the answers that carry them, rendered before anything is
// measured: pages of whole records plain and gzipped, and pages of keys.
//
//     const Dataset data = make_dataset({.shape = RecordShape::light, .records = 200'000});
//
// Ids are random, 400 records share each `modified`, all of them older than any overlap. Immutable.
#pragma once

#include "portal/records.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace carecloud::bench {

// What API Gateway lets through (the vendor's API documentation).
inline constexpr std::size_t kAnswerBytesMax = 10'000'000;

struct Answer {
    std::string plain;
    std::string gzip;
};

struct Dataset {
    std::vector<std::string> records;  // the JSON; one more than `count`: a later version of the first record
    std::vector<std::string> ids;      // of the same
    std::vector<std::string> modified;
    std::size_t count = 0;          // what a first load finds
    std::size_t page_records = 0;   // whole records in an answer: 1000, or as many as pass the gateway
    std::vector<Answer> pages;      // of `page_records` from each multiple of it
    std::vector<Answer> key_pages;  // of 1000 keys
    std::unordered_map<std::string_view, std::size_t> by_id;

    double record_bytes() const;  // on average
};

struct DatasetSettings {
    RecordShape shape = RecordShape::light;
    std::size_t records = 0;
    std::size_t correction = 0;  // which correction of all records this is; 0: as they are first seen
};

Dataset make_dataset(const DatasetSettings& settings);

// The record as its portal shows it after so many corrections: another status, other hours on one day, a later
// `modified`.
std::string corrected(std::string record, std::size_t correction);

// A light record as this program measures it.
std::string light_record(const RecordOptions& options, std::uint64_t index);

// {"isSuccess":true,…} around records first to last of the dataset.
std::string render(const Dataset& data, const std::vector<std::size_t>& indices, bool keys);
std::string gzip(std::string_view text);

}  // namespace carecloud::bench
