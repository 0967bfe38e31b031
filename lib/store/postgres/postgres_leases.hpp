// Leases in two rows each: `leases`, which every page locks and only a take updates, and `lease_expiry`, which renewals
// update without waiting for a page. On a thread and a connection of its own.
//
// A take also notices a failover: if the server's history (timeline) is another one than at the take before, commits
// may have been lost, and the store gets a new generation, unless the primary waited for a synchronous standby at that
// time. An older history than this process has seen is refused: it is an old primary that was started again.
#pragma once

#include "base/clock.hpp"
#include "store/job_thread.hpp"
#include "store/leases.hpp"
#include "store/postgres/link.hpp"

#include <optional>
#include <string>

namespace carecloud {

class PostgresLeases : public Leases {
  public:
    // `clock` outlives it.
    PostgresLeases(const PostgresSettings& settings, const Clock& clock);

    Task<Result<std::optional<Lease>>> take(std::string name, std::string holder) override;
    Task<Result<Lease>> renew(Lease lease) override;
    Task<Result<>> release(Lease lease) override;

    void close();

  private:
    Result<std::optional<Lease>> take_now(const std::string& name, const std::string& holder,
                                          Duration called);
    Result<std::optional<Lease>> take_expired(PgConnection& db, PgTransaction& transaction,
                                              const std::string& name, const std::string& holder,
                                              Duration called, Duration called_here);

    const Clock& clock_;
    std::string schema_;
    std::string newest_timeline_;  // of all takes of this process
    PgLink link_;                  // used by the thread alone, as the line above
    JobThread thread_;
};

}  // namespace carecloud
