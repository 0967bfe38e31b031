// Settles a stream's events after a pass: against what the store holds, and, where quick looks were in vain, by asking
// the portal for their records by id (sync-model, promise 4; hazards 16 and 29). Records that come this way are stored
// like any version; the cursor is not touched. I/O thread alone.
#pragma once

#include "store/inbox.hpp"
#include "sync/observer.hpp"
#include "sync/pass.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class Fetcher;

class Settler {
  public:
    // All of these outlive it.
    Settler(PassContext context, Inbox& inbox, const PassSettings& settings, StreamMemory& memory)
        : context_(context), inbox_(inbox), settings_(settings), memory_(memory) {}

    // After a pass that came to its end; `state` as it stands, `polled`: the timer wished for the pass. Throws
    // operation_aborted when cancelled.
    Task<SettleReport> run(const StreamState& state, bool polled);

  private:
    struct Round;

    Task<Result<>> settle_open(Round& round, bool polled);
    Task<Result<>> settle_held(Round& round);
    Task<Result<>> ask(Round& round, std::vector<OpenEvent> events);
    Task<Result<>> fetch_shown(Round& round, const std::vector<OpenEvent>& events);
    Task<Result<std::vector<Key>>> unknown_of(const Round& round);
    Task<Result<>> settle_shown(Round& round);
    Task<Result<PagePtr>> find(Round& round, const OpenEvent& event);
    Task<Result<bool>> is_shown(Round& round, const OpenEvent& event);
    Task<Result<>> retrieve(Round& round, const OpenEvent& event);
    Task<Result<>> store(Round& round, PagePtr page);
    Task<Result<>> write(Round& round);
    std::optional<Dialect> dialect_of(const Round& round) const;
    std::vector<OpenEvent> note_looks(const std::vector<OpenEvent>& open, bool polled);

    PassContext context_;
    Inbox& inbox_;
    const PassSettings& settings_;
    StreamMemory& memory_;
    std::map<std::string, std::size_t> looks_;  // after how many passes, by MessageId, of those that are open
};

}  // namespace carecloud
