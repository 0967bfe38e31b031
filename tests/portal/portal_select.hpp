// Which documents answer a request: filter, sort, Skip and Take, and the total where it is counted.
#pragma once

#include "portal/portal_collection.hpp"
#include "portal/portal_request.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
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
    const std::set<std::string, std::less<>>* hidden = nullptr;  // ids that are left out; null: none

    bool hides(const PortalDocument& document) const {
        return hidden != nullptr && hidden->contains(document.id_text());
    }
};

// A keyset query in the order of (modified, _id) costs no more than its page; others scan what the filter
// leaves.
Selection select_documents(const PortalCollection& collection, const PortalRequest& request,
                           const SelectOptions& options);

}  // namespace carecloud
