// Leases, each in two rows. Every page locks the row in `leases` (FOR SHARE) until its commit, and only a take updates
// it, so a take waits for the page. Renewals update the row in `lease_expiry`, so they do not wait for a page: with one
// row, a slow page would cost a healthy holder its lease. Uses its own thread and connection.
//
// A take also detects a failover. If the server's history (timeline) differs from that at the previous take, commits
// may have been lost, and the store gets a new generation, unless the server was configured to wait for a synchronous
// standby at the previous take. A history older than one that this process has seen is refused: the server is a former
// primary that was started again.
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
    // `clock` must outlive this object.
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
    PgLink link_;  // used only by the thread
    JobThread thread_;
};

}  // namespace carecloud
