// Who is called after each commit that added to the change log. I/O thread alone.
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

    // It must not throw. Empty: nobody is called.
    void set(Call call);
    // The commit's result, after the call. May outlive this object.
    Task<Result<CommitSummary>> after(Task<Result<CommitSummary>> committing) const;

  private:
    std::shared_ptr<Call> call_ = std::make_shared<Call>();
};

}  // namespace carecloud
