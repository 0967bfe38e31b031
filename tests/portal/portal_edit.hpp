// The control port's changes to documents: which ones, and how.
#pragma once

#include "base/timestamp.hpp"
#include "portal/portal_model.hpp"
#include "portal/records.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// {"entity":…,"count":N} takes the first N in the order of (modified, _id); {"entity":…,"ids":[…]} takes
// those.
struct EditRequest {
    std::string entity;
    std::vector<std::string> ids;
    bool keep_modified = false;  // change content alone (hazard 6)
    bool silent = false;         // no event of it
};
Parsed<EditRequest> parse_edit(std::string_view body, const PortalModel& model);

enum class Edit { touch, disable, erase };

// How many documents there were to change. `modified` is what they get, but for an erased one or
// keep_modified.
std::size_t apply_edit(PortalModel& model, const EditRequest& request, Edit edit,
                       const std::string& modified);

// {"entity":…,"count":N,"shape":"light","batch":N}: new records whose last batch has `modified` = now, each
// one before it a millisecond less. `first` is the index of the first one.
struct GenerateRequest {
    RecordOptions options;
    std::uint64_t count = 0;
    bool silent = false;  // no events of them
};
Parsed<GenerateRequest> parse_generate(std::string_view body, std::uint64_t seed,
                                       const ModelSettings& settings);
Result<> generate(PortalModel& model, GenerateRequest request, std::uint64_t first, Timestamp now);

// The records that a portal begins with: `count` of them from index 0.
Result<> fill(PortalModel& model, const RecordOptions& options, std::uint64_t count);

}  // namespace carecloud
