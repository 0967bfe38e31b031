// A copy of the portal's documents: for a restore of the whole portal, and for a replica that has stopped receiving
// changes.
//
// Not thread-safe.
#pragma once

#include "portal/portal_model.hpp"

#include <cstddef>
#include <memory>

namespace carecloud {

class PortalBackup {
  public:
    // Copies every document that is visible now; those not yet visible are omitted.
    void take(const PortalModel& model);
    bool is_taken() const { return copy_ != nullptr; }

    // Restores the copied state: documents added since are removed, deleted ones are back, and each has its old bytes.
    // Returns the number of documents. Does nothing without a copy.
    std::size_t restore(PortalModel& model) const;
    // The portal in the copied state, with the given settings. nullptr if there is no copy.
    PortalModel* replica(const ModelSettings& settings);

  private:
    std::unique_ptr<PortalModel> copy_;
};

}  // namespace carecloud
