// What of a stream is requested again by id once it is due: doubted records, of which what is shown then is taken
// (lib/sync/DESIGN.md, hazard 30), and records that listings leave out, which a second look tells from those that have
// left the stream's filter (hazard 38). I/O thread alone.
#pragma once

#include "model/batch.hpp"
#include "sync/walk/context.hpp"

#include <cstddef>
#include <optional>

namespace carecloud {

class Fetcher;

// Whether a record is to be requested again by now. `now` is the portal's time, which is known in whole seconds.
bool is_due(Timestamp due, Timestamp now);

struct RecheckReport {
    CommitSummary summary{};
    std::size_t vanished = 0;        // doubted records that were not shown any more
    std::size_t holes = 0;           // records that listings leave out by mistake
    std::optional<Duration> next{};  // until the next one is due; none: nothing waits
};

class Recheck {
  public:
    // All of these outlive it. `state` is the stream's; `now` the portal's time.
    Recheck(PassContext context, const PassSettings& settings, StreamMemory& memory, Fetcher& fetcher,
            const StreamState& state, Timestamp now)
        : context_(context),
          settings_(settings),
          memory_(memory),
          fetcher_(fetcher),
          state_(state),
          now_(now) {}

    // Errors: the portal's and the store's; what was done before them is in report().
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
