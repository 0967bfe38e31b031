#include "sync/limits/page_size.hpp"

#include <algorithm>

namespace carecloud {
namespace {

// Full pages that must pass before more is asked for: a try that fails costs a whole answer, so growth is
// slow.
constexpr std::size_t kFullPagesToGrow = 16;

}  // namespace

PageSize::PageSize(std::size_t max) : max_(std::max<std::size_t>(max, 1)), take_(max_) {}

void PageSize::passed(std::size_t take, bool full, bool after_shrinking) {
    if (after_shrinking) {
        take_ = std::clamp<std::size_t>(take, 1, max_);
        full_pages_ = 0;
        return;
    }
    if (!full || take_ == max_) return;
    if (++full_pages_ < kFullPagesToGrow) return;
    full_pages_ = 0;
    take_ = std::min(max_, take_ + std::max<std::size_t>(take_ / 4, 1));
}

}  // namespace carecloud
