// How the engine's other parts ask for a whole reconciliation at once: where something is seen that only a look at
// every key can clear up (lib/sync/DESIGN.md, promise 1 and hazard 30).
//
//     auto asking = context.whole_due->request(stream, "a record went back in time");
//     auto asked = co_await std::move(asking);
//
// The request is a row of `passes` (Job::reason), so it outlives the process. It is run as soon as it may: at
// most one an hour for each stream; an operator's own reconciliation never waits for it. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/store.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace carecloud {

class WholeDue {
  public:
    // The reason where a record was doubted or went back: it may be one of many, as when the portal was restored from a
    // backup.
    static constexpr const char* kWentBack =
        "a record reverted or seemed to revert to an earlier version (manual: reconciliation, "
        "\"Doubted records\")";
    static constexpr const char* kCountDiffers =
        "the portal counts more records than a load in ranges has read";

    // Both outlive it.
    WholeDue(JobStore& jobs, DoubtStore& doubts) : jobs_(jobs), doubts_(doubts) {}

    // Written down when it returns without an error. Requests coalesce: while one of the stream waits, nothing is
    // written. One that runs already may have passed by what is to be looked at, and does not count. `reason`: for the
    // operator, without a record's content. Errors: the store's; the request is kept in memory for write_owed().
    Task<Result<>> request(std::string stream, std::string reason);
    // Writes down what an error has kept from being written.
    Task<Result<>> write_owed(std::string stream);
    // Before each pass. In a stream's first one of this life, and after may_owe(), the store says whether something was
    // doubted or went back for which nobody has requested a reconciliation: an earlier life may have ended between a
    // commit and its request. Errors: the store's; the next pass asks again.
    Task<Result<>> recall(std::string stream);
    // A commit may have doubted a record without its caller's knowledge or request.
    void may_owe(const std::string& stream) { unsure_.insert(stream); }
    // The same of a pass that ended with this error. One of the store, or a fault of this program, may have come after
    // the commit had taken effect (regression: simulate --seed 726121 --hours 0.25).
    void may_owe(const std::string& stream, const Error& error);
    // A bounded pass that is canceled or has failed for good does not come to its own request for what it doubted.
    Task<Result<>> recall_ended(std::string stream) { return request_if_owed(std::move(stream), true); }

    void on_written(std::function<void()> callback) { written_ = std::move(callback); }

  private:
    // Requests one if a record is doubted, or went back since the stream's last whole reconciliation began.
    // `none_runs`: one that is open has yet to begin, in this life at least.
    Task<Result<>> request_if_owed(std::string stream, bool none_runs);

    JobStore& jobs_;
    DoubtStore& doubts_;
    std::function<void()> written_;
    std::map<std::string, std::string> owed_;  // reasons by stream
    std::set<std::string> recalled_;           // streams, in this life
    std::set<std::string> unsure_;             // streams that may_owe() has named since their last recall()
};

}  // namespace carecloud
