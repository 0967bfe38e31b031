// Early whole reconciliations, which other parts of the engine request if they see something that only a comparison of
// all keys can resolve (lib/sync/DESIGN.md, promise 1 and hazard 30).
//
//     auto asking = context.whole_due->request(stream, "a record went back in time");
//     auto asked = co_await std::move(asking);
//
// The request is a row of `passes` (Job::reason), so it survives a restart. It is run as soon as possible, at most once
// an hour per stream; an operator's own reconciliation never waits for it. I/O thread only.
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
    // The reason if a record was doubted or reverted: it may be one of many, for example if the portal was restored
    // from a backup.
    static constexpr const char* kWentBack =
        "a record reverted or seemed to revert to an earlier version (manual: reconciliation, "
        "\"Doubted records\")";
    static constexpr const char* kCountDiffers =
        "the portal counts more records than a load in ranges has read";

    // Both must outlive it.
    WholeDue(JobStore& jobs, DoubtStore& doubts) : jobs_(jobs), doubts_(doubts) {}

    // The request is stored when this returns without an error. Requests coalesce: while one of the stream is waiting,
    // nothing is written. One that is running may have passed the record already, and does not count. `reason`: for the
    // operator, without record content. Errors: the store's; the request is then kept in memory for write_owed().
    Task<Result<>> request(std::string stream, std::string reason);
    // Stores a request that request() could not store because of an error.
    Task<Result<>> write_owed(std::string stream);
    // Before each pass. In a stream's first one in this process, and after may_owe(), checks in the store whether a
    // record was doubted or reverted for which nobody has requested a reconciliation: an earlier process may have ended
    // between a commit and its request. Errors: the store's; the next pass checks again.
    Task<Result<>> recall(std::string stream);
    // A commit may have doubted a record without its caller's knowledge or request.
    void may_owe(const std::string& stream) { unsure_.insert(stream); }
    // The same for a pass that ended with this error: an error of the store or a fault of this program may occur after
    // the commit has taken effect (regression: simulate --seed 726121 --hours 0.25).
    void may_owe(const std::string& stream, const Error& error);
    // A bounded pass that is canceled or has failed permanently does not reach its own request for what it doubted.
    Task<Result<>> recall_ended(std::string stream) { return request_if_owed(std::move(stream), true); }

    void on_written(std::function<void()> callback) { written_ = std::move(callback); }

  private:
    // Requests one if a record is doubted, or was reverted since the stream's last whole reconciliation began.
    // `none_runs`: an open one has not begun yet, at least not in this process.
    Task<Result<>> request_if_owed(std::string stream, bool none_runs);

    JobStore& jobs_;
    DoubtStore& doubts_;
    std::function<void()> written_;
    std::map<std::string, std::string> owed_;  // reasons by stream
    std::set<std::string> recalled_;           // streams, in this process
    std::set<std::string> unsure_;             // streams passed to may_owe() since their last recall()
};

}  // namespace carecloud
