// Edits of documents by the control port: the selection, and the changes.
#pragma once

#include "base/timestamp.hpp"
#include "portal/portal_model.hpp"
#include "portal/records.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// {"entity":…,"count":N} selects the first N in the order of (modified, _id); {"entity":…,"ids":[…]} selects by id.
struct EditRequest {
    std::string entity;
    std::vector<std::string> ids;
    bool keep_modified = false;  // change only the content (hazard 6)
    bool silent = false;         // publish no event
};
Parsed<EditRequest> parse_edit(std::string_view body, const PortalModel& model);

enum class Edit { touch, disable, erase };

// Returns the number of documents that were changed. They get `modified`, unless they are erased or keep_modified is
// set.
std::size_t apply_edit(PortalModel& model, const EditRequest& request, Edit edit,
                       const std::string& modified);

// {"entity":…,"count":N,"shape":"light","batch":N}: new records. Those of the last batch have `modified` = now, each
// earlier batch a millisecond less. `first` is the index of the first record.
struct GenerateRequest {
    RecordOptions options;
    std::uint64_t count = 0;
    bool silent = false;  // publish no events
};
Parsed<GenerateRequest> parse_generate(std::string_view body, std::uint64_t seed,
                                       const ModelSettings& settings);
Result<> generate(PortalModel& model, GenerateRequest request, std::uint64_t first, Timestamp now);

// Adds the initial records of a portal: `count` records from index 0.
Result<> fill(PortalModel& model, const RecordOptions& options, std::uint64_t count);

}  // namespace carecloud
