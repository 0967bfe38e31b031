// The portal of a leader: sends no request once the lease can no longer be trusted. A daemon that was paused may not
// know yet that another one leads. The fence refuses its writes; this class keeps its requests from exceeding the rate
// limit together with those of the other daemon. I/O thread only.
#pragma once

#include "portal/portal.hpp"
#include "sync/leader/leader_election.hpp"

#include <string_view>

namespace carecloud {

class LeasedPortal : public Portal {
  public:
    // Both must outlive this object.
    LeasedPortal(Portal& portal, const LeaderElection& election) : portal_(portal), election_(election) {}

    // Errors: also store_lost.
    Task<Result<PagePtr>> query(const Query& query) override;
    Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string_view id) override;
    Task<Result<>> refresh() override;

  private:
    Portal& portal_;
    const LeaderElection& election_;
};

}  // namespace carecloud
