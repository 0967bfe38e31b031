// The portal of a leader: no request is sent once the lease is no longer to be trusted. The fence refuses the writes of
// a daemon that was stopped and does not know yet that another one leads; this keeps its requests from being added to
// the other one's rate. I/O thread only.
#pragma once

#include "portal/portal.hpp"
#include "sync/leader/leader_election.hpp"

#include <string_view>

namespace carecloud {

class LeasedPortal : public Portal {
  public:
    // Both outlive it.
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
