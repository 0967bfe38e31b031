// A copy of the portal's documents: for a restore of the whole portal, and for a replica that has seen nothing since.
//
// Used from one thread.
#pragma once

#include "portal/portal_model.hpp"

#include <cstddef>
#include <memory>

namespace carecloud {

class PortalBackup {
  public:
    // Of every document that is visible now; those that wait are not in it.
    void take(const PortalModel& model);
    bool is_taken() const { return copy_ != nullptr; }

    // Everything is as it was then: documents that came since are gone, those deleted since are back, and each has its
    // old bytes. The number of documents. Does nothing without a copy.
    std::size_t restore(PortalModel& model) const;
    // The portal as it was then, with the settings of today. Null: there is no copy.
    PortalModel* replica(const ModelSettings& settings);

  private:
    std::unique_ptr<PortalModel> copy_;
};

}  // namespace carecloud
