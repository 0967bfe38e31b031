// Selects the documents for a response: filter, sort, Skip and Take, and the total if it is counted.
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
    std::size_t total = 0;                         // number of matches; only if it was requested
};

struct SelectOptions {
    FieldTypes types{};
    std::size_t skip = 0;
    std::size_t take = 0;
    bool count = false;        // whether the total is requested
    bool ignore_sort = false;  // a portal that ignores Sort: insertion order
    const std::set<std::string, std::less<>>* hidden = nullptr;  // omitted ids; nullptr: none

    bool hides(const PortalDocument& document) const {
        return hidden != nullptr && hidden->contains(document.id_text());
    }
};

// A keyset query in the order of (modified, _id) costs no more than its page; other queries scan everything within the
// filter's bounds.
Selection select_documents(const PortalCollection& collection, const PortalRequest& request,
                           const SelectOptions& options);

}  // namespace carecloud
