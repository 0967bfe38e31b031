#include "sync/whole_due.hpp"

#include <algorithm>
#include <vector>

namespace carecloud {

Task<Result<>> WholeDue::request(std::string stream, std::string reason) {
    auto passes = co_await store_.passes();
    if (!passes) co_return passes.error();
    const bool waits = std::any_of(passes->begin(), passes->end(), [&](const BoundedPass& pass) {
        return pass.stream == stream && pass.kind == PassKind::reconcile && pass.whole &&
               pass.status == PassStatus::waiting;
    });
    if (waits) co_return Result<>{};
    BoundedPass pass{.kind = PassKind::reconcile,
                     .stream = std::move(stream),
                     .scheduled = true,
                     .reason = std::move(reason),
                     .whole = true};
    auto saving = store_.save_pass(std::move(pass));
    auto saved = co_await std::move(saving);
    if (!saved) co_return saved.error();
    if (written_) written_();
    co_return Result<>{};
}

}  // namespace carecloud
