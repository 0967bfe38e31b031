#include "sync/leader/request_relay.hpp"

#include "base/co_try.hpp"

#include <algorithm>

namespace carecloud {

Task<Result<std::optional<std::string>>> RequestRelay::ask(std::string request, Duration patience) {
    CO_TRY_ASSIGN(const std::uint64_t id, peers_.submit(std::move(request)));
    const MonoTime until = clock_.now() + patience;
    Result<std::optional<std::string>> answer = std::optional<std::string>();
    Waiters::Registration waiting(waiting_, clock_);
    for (;;) {
        auto looking = peers_.answer_of(id);
        answer = co_await std::move(looking);
        const MonoTime now = clock_.now();
        if (!answer || *answer || now >= until) break;
        const MonoTime next = std::min(now + kEvery, until);
        co_await waiting.until(next);
    }
    // Also after an error. If this fails, the store drops the request after a while (Peers::kRequestLife).
    auto forgetting = peers_.forget(id);
    co_await std::move(forgetting);
    co_return answer;
}

}  // namespace carecloud
