#include "sync/denial.hpp"

#include "sync/retry.hpp"

#include <utility>

namespace carecloud {

Task<Result<bool>> is_denied(Fetcher& fetcher, const StreamSpec& spec, std::string id) {
    auto answer = co_await fetcher.retrieve(spec, std::move(id));
    // What is too large for an answer is there.
    if (!answer && !is_size_suspect(answer.error().code)) co_return answer.error();
    const bool is_there = !answer || (*answer)->record_count() > 0;
    co_return !is_there || spec.filter != "{}";
}

}  // namespace carecloud
