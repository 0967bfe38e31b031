// Pages for tests of stores, built from ids, `modified` texts and bodies, like the slicer's.
//
//     PagePtr page = make_page({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
//     Batch batch{.stream = "claim_attendance", .page = page};
#pragma once

#include "model/record.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct TestRecord {
    std::string id;
    std::string modified;  // must parse
    std::string body{};    // empty: a small JSON object of id and modified
    bool disabled = false;
    std::optional<DaySpan> days{};
};

struct TestInvalid {
    std::string id;
    std::string modified;
    std::string reason = "modified: not a time";
    std::string body = "{}";
};

// All views point into the page's own buffer; the hashes are the bodies' SHA-256. Without `asked`, the page counts as
// requested after all other pages.
PagePtr make_page(const std::vector<TestRecord>& records, const std::vector<TestInvalid>& invalid = {},
                  Asked asked = {});

Hash sha256(std::string_view bytes);

}  // namespace carecloud
