// The body of POST {base}/appdata/{Entity}/query, parsed and checked. Names are accepted in both spellings (Skip,
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
    std::string workspace_id;  // empty: absent in the body
    std::string bucket_id;
    std::size_t skip = 0;
    std::size_t take = 1000;  // if the body has none
    MongoFilter filter;
    std::vector<SortField> sort;
    std::vector<std::string> fields;  // empty: whole documents
    bool without_total = false;
    bool distinct = false;

    // Whether the requested order is (modified, _id).
    bool by_key() const;
};

Parsed<PortalRequest> parse_request(std::string_view body, const FilterOptions& options);

}  // namespace carecloud
