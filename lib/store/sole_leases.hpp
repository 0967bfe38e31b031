// The Leases of a store that one daemon alone can open: whoever has opened it holds each lease until it closes.
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
