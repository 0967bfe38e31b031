#include "telemetry/metered_inbox.hpp"

#include <utility>

namespace carecloud {

Task<Result<bool>> MeteredInbox::receive(Event event) {
    const std::string message_id = event.message_id;
    const bool is_open = event.state == EventState::open;
    auto receiving = inbox_.receive(std::move(event));
    Result<bool> fresh = co_await std::move(receiving);
    if (fresh && *fresh && is_open && received_.size() < kOpenMax)
        received_.try_emplace(message_id, clock_.now());
    co_return fresh;
}

Task<Result<>> MeteredInbox::settle(std::vector<Settlement> settlements) {
    const std::vector<Settlement> asked = settlements;
    auto settling = inbox_.settle(std::move(settlements));
    Result<> done = co_await std::move(settling);
    if (!done) co_return done;
    for (const Settlement& settlement : asked) {
        const auto found = received_.find(settlement.message_id);
        if (found == received_.end()) continue;
        if (settlement.state == EventState::settled) metrics_.event_settled(clock_.now() - found->second);
        received_.erase(found);
    }
    co_return done;
}

}  // namespace carecloud
