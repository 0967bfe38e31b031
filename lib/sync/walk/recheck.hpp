// Requests records again by id when they are due: doubted records, of which the returned version is stored
// (lib/sync/DESIGN.md, hazard 30), and records that listings omit, which a second check distinguishes from records that
// have left the stream's filter (hazard 38). I/O thread only.
#pragma once

#include "model/batch.hpp"
#include "sync/walk/context.hpp"

#include <cstddef>
#include <optional>

namespace carecloud {

class Fetcher;

// Whether a record is due to be requested again. `now` is the portal's time, which is known only in whole seconds.
bool is_due(Timestamp due, Timestamp now);

struct RecheckReport {
    CommitSummary summary{};
    std::size_t vanished = 0;        // doubted records that were no longer returned
    std::size_t holes = 0;           // records that listings omit erroneously
    std::optional<Duration> next{};  // until the next one is due; empty if nothing waits
};

class Recheck {
  public:
    // All of these must outlive it. `state` is the stream's; `now` the portal's time.
    Recheck(PassContext context, const PassSettings& settings, StreamMemory& memory, Fetcher& fetcher,
            const StreamState& state, Timestamp now)
        : context_(context),
          settings_(settings),
          memory_(memory),
          fetcher_(fetcher),
          state_(state),
          now_(now) {}

    // Errors: the portal's and the store's; report() contains what was done before.
    Task<Result<>> run();
    const RecheckReport& report() const { return report_; }

  private:
    Task<Result<>> ask_doubted(const Dialect& dialect, const std::vector<Doubt>& doubts);
    Task<Result<>> look_again(const Dialect& dialect, const std::vector<Omission>& omissions);
    Task<Result<>> look_at(const Dialect& dialect, std::vector<Omission> some);
    Task<Result<>> judge(const Dialect& dialect, const Omission& omission, Timestamp asked_at, Batch& batch);
    Task<Result<>> commit(Batch batch);
    Task<Result<>> plan();

    PassContext context_;
    const PassSettings& settings_;
    StreamMemory& memory_;
    Fetcher& fetcher_;
    const StreamState& state_;
    Timestamp now_;
    RecheckReport report_;
};

}  // namespace carecloud
