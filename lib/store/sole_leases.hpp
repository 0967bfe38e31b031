// The Leases of a store that only one daemon can open: the daemon that opened it holds every lease until it closes the
// store.
#pragma once

#include "store/leases.hpp"

#include <string>

namespace carecloud {

class SoleLeases : public Leases {
  public:
    Task<Result<std::optional<Lease>>> take(std::string name, std::string holder) override;
    Task<Result<Lease>> renew(Lease lease) override;
    Task<Result<>> release(Lease lease) override;
};

}  // namespace carecloud
