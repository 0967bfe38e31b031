// Calls a listener after each commit that added to the change log. I/O thread only.
//
//     return listener_.after(thread_.run<CommitSummary>(work));
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/batch.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace carecloud {

class ChangeListener {
  public:
    using Call = std::function<void(std::uint64_t newest_seq)>;

    // Must not throw. Empty: there is no listener.
    void set(Call call);
    // Returns the result of `committing` after calling the listener. The task may outlive this object.
    Task<Result<CommitSummary>> after(Task<Result<CommitSummary>> committing) const;

  private:
    std::shared_ptr<Call> call_ = std::make_shared<Call>();
};

}  // namespace carecloud
