// One response of the portal: its bytes as received, and its records as views into them. A page is immutable once it
// has been sliced, and is shared by all that still store records from it. At most two pages of a walk exist at a time.
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

// The spelling of the envelope: "IsSuccess" or "isSuccess" (the portal's releases before and since 4.0.24.3).
enum class Spelling { pascal, camel };

struct Page {
    // All views below point into it. Larger than the text, for simdjson's padding.
    std::unique_ptr<char[]> buffer;
    std::size_t size = 0;  // bytes of the text

    std::vector<Record> records;         // in the order of the response
    std::vector<InvalidRecord> invalid;  // to be quarantined, in the order of the response
    std::size_t beyond_take = 0;         // records beyond the requested number, which are ignored
    std::optional<std::uint64_t> total;  // if the portal counts and reports it
    Spelling spelling = Spelling::camel;
    // The `Date` header, in whole seconds; not to be trusted without a check.
    std::optional<Timestamp> date{};
    Asked asked{};  // set by the portal

    // Valid and invalid records: the number that the portal counted toward `Take`.
    std::size_t record_count() const { return records.size() + invalid.size(); }
    // Whether an invalid record has this id; a valid one may have it, too.
    bool has_invalid(std::string_view id) const {
        return std::any_of(invalid.begin(), invalid.end(),
                           [&](const InvalidRecord& record) { return record.id == id; });
    }
};

using PagePtr = std::shared_ptr<const Page>;

}  // namespace carecloud
