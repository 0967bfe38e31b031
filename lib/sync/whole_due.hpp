// How the engine's other parts ask for a whole reconciliation at once: where something is seen that only a look at
// every key can clear up (sync-model, promise 1 and hazard 30).
//
//     auto asking = context.whole_due->request(stream, "a record went back in time");
//     auto asked = co_await std::move(asking);
//
// The request is a row of `passes` (BoundedPass::reason), so it outlives the process. It is run as soon as it may: at
// most one an hour for each stream; an operator's own reconciliation never waits for it. I/O thread alone.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "store/store.hpp"

#include <functional>
#include <string>
#include <utility>

namespace carecloud {

class WholeDue {
  public:
    // The store outlives it.
    explicit WholeDue(Store& store) : store_(store) {}

    // Written down when it returns. Requests coalesce: while one of the stream waits, nothing is written. One that runs
    // already may have passed by what is to be looked at, and does not count. `reason`: for the operator, without a
    // record's content. Errors: the store's; ask again.
    Task<Result<>> request(std::string stream, std::string reason);

    void on_written(std::function<void()> told) { written_ = std::move(told); }

  private:
    Store& store_;
    std::function<void()> written_;
};

}  // namespace carecloud
