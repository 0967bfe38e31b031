#include "ctl/command_context.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

Task<CtlResult<std::string>> get_patiently(CommandContext& context, std::string target, Duration patience) {
    constexpr Duration pause_max = std::chrono::seconds(2);
    Duration pause = std::chrono::milliseconds(200);
    const MonoTime deadline = patience == Duration::max() ? Clock::never : context.clock.now() + patience;
    bool reported = false;
    while (true) {
        auto getting = context.daemon.get(target);
        CtlResult<std::string> body = co_await std::move(getting);
        if (body || !body.error().passing || context.clock.now() + pause > deadline) co_return body;
        if (!std::exchange(reported, true))
            context.output.note("carecloudctl: " + body.error().what + "; waiting for the daemon");
        auto sleeping = context.clock.sleep(pause);
        co_await std::move(sleeping);
        pause = std::min(pause * 2, pause_max);
    }
}

}  // namespace carecloud
