// carecloudctl status
#include "ctl/commands.hpp"
#include "ctl/status_text.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kWatchEvery{2};

CtlExit exit_of(const std::string& state) {
    if (state == "ok") return CtlExit::ok;
    if (state == "warning") return CtlExit::wrong;
    return state == "critical" ? CtlExit::critical : CtlExit::unknown;
}

CtlExit show_status(CommandContext& context, const std::string& body) {
    const CtlJson status = parse_answer(body);
    if (context.line.has("json"))
        context.output.json(body);
    else
        context.output.text(status_text(status, context.output));
    return exit_of(status.at("state").get<std::string>());
}

}  // namespace

CtlTask ctl_status(CommandContext& context) {
    bool shown = false;
    while (true) {
        auto getting = context.daemon.get("/v1/status");
        const CtlResult<std::string> body = co_await std::move(getting);
        const bool watch = context.line.has("watch");
        // Who watches wants to see the daemon come back, too.
        if (!body && (!watch || !shown || !body.error().passing)) co_return body.error();
        if (watch) context.output.clear();
        CtlExit exit = CtlExit::ok;
        if (body)
            exit = show_status(context, *body);
        else
            context.output.text("carecloudctl: " + body.error().what + "\n");
        if (!watch || !context.output.flush()) co_return exit;
        shown = true;
        auto sleeping = context.clock.sleep(kWatchEvery);
        co_await std::move(sleeping);
    }
}

}  // namespace carecloud
