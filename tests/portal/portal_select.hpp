// Which documents answer a request: filter, sort, Skip and Take, and the total where it is counted.
#pragma once

#include "portal/portal_collection.hpp"
#include "portal/portal_request.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace carecloud {

struct Selection {
    std::vector<const PortalDocument*> documents;  // those of the page, in order
    std::size_t total = 0;                         // all that match; only where it was asked for
};

struct SelectOptions {
    FieldTypes types{};
    std::size_t skip = 0;
    std::size_t take = 0;
    bool count = false;        // whether the total is wanted
    bool ignore_sort = false;  // a portal that sorts wrongly: in the order of coming
};

// A keyset query in the order of (modified, _id) costs no more than its page; others scan what the filter
// leaves.
Selection select_documents(const PortalCollection& collection, const PortalRequest& request,
                           const SelectOptions& options);

}  // namespace carecloud
