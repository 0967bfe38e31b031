// One answer of the portal: the bytes as they came, and the records as views into them. A page is immutable
// once sliced, and shared by whoever still stores from it. At most two of a walk are alive at a time.
#pragma once

#include "base/timestamp.hpp"
#include "model/record.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// How the envelope was spelled: "IsSuccess" or "isSuccess" (the portal's releases before and since 4.0.24.3).
enum class Spelling { pascal, camel };

struct Page {
    std::unique_ptr<char[]>
        buffer;            // what every view below points into; larger than the text, for simdjson's padding
    std::size_t size = 0;  // bytes of the text

    std::vector<Record> records;         // in the order of the answer
    std::vector<InvalidRecord> invalid;  // those that go to quarantine, in the order of the answer
    std::size_t beyond_take = 0;  // records that came though they were not asked for, and were left out
    std::optional<std::uint64_t> total;  // where the portal counts, and tells
    Spelling spelling = Spelling::camel;
    std::optional<Timestamp>
        date{};     // the answer's `Date` header, in whole seconds; to be judged before it is used
    Asked asked{};  // set by the portal

    // Both good and invalid ones: what the portal counted against Take.
    std::size_t record_count() const { return records.size() + invalid.size(); }
    // Whether an invalid record has this id, beside a good one or not.
    bool has_invalid(std::string_view id) const {
        return std::any_of(invalid.begin(), invalid.end(),
                           [&](const InvalidRecord& record) { return record.id == id; });
    }
};

using PagePtr = std::shared_ptr<const Page>;

}  // namespace carecloud
