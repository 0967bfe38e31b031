// The portal, with every request counted and its time taken. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "portal/portal.hpp"
#include "telemetry/metrics.hpp"

#include <string_view>

namespace carecloud {

class MeteredPortal : public Portal {
  public:
    // All of these outlive it.
    MeteredPortal(Portal& portal, const Clock& clock, Metrics& metrics)
        : portal_(portal), clock_(clock), metrics_(metrics) {}

    Task<Result<PagePtr>> query(const Query& query) override;
    Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string_view id) override;
    Task<Result<>> refresh() override;

  private:
    Portal& portal_;
    const Clock& clock_;
    Metrics& metrics_;
};

}  // namespace carecloud
