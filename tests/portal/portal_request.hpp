// The body of POST {base}/appdata/{Entity}/query, read and checked. Names are taken in both spellings (Skip,
// skip).
#pragma once

#include "portal/mongo_filter.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct SortField {
    FieldPath path{};
    bool descending = false;
};

struct PortalRequest {
    std::string workspace_id;  // empty: the body names none
    std::string bucket_id;
    std::size_t skip = 0;
    std::size_t take = 1000;  // where the body has none
    MongoFilter filter;
    std::vector<SortField> sort;
    std::vector<std::string> fields;  // empty: whole documents
    bool without_total = false;
    bool distinct = false;

    // Whether the order asked for is that of (modified, _id).
    bool by_key() const;
};

Parsed<PortalRequest> parse_request(std::string_view body, const FilterOptions& options);

}  // namespace carecloud
