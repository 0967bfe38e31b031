// carecloudctl backfill, reconcile, cancel
#include "base/co_try.hpp"
#include "ctl/command_context.hpp"
#include "ctl/command_line.hpp"
#include "ctl/pass_text.hpp"
#include "net/url.hpp"
#include "runtime/text.hpp"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {
namespace {

constexpr std::chrono::milliseconds kPollEvery{300};
constexpr Duration kAway = std::chrono::minutes(2);

void show_pass(CommandContext& context, const CtlJson& pass) {
    if (context.line.has("json"))
        context.output.json(pass.dump());
    else
        context.output.text(pass_outcome(pass, context.output));
}

// Waits until the pass has ended, across restarts of the daemon.
CtlTask follow_pass(CommandContext& context, CtlJson first_seen) {
    const std::string target = "/v1/passes/" + std::to_string(first_seen.at("id").get<std::uint64_t>());
    const MonoTime begun = context.clock.now();
    CtlJson pass = first_seen;
    while (!has_ended(pass)) {
        context.output.progress(pass_progress(pass, first_seen, context.clock.now() - begun));
        auto sleeping = context.clock.sleep(kPollEvery);
        co_await std::move(sleeping);
        CO_TRY_ASSIGN(const std::string body, get_patiently(context, target, kAway));
        pass = parse_answer(body);
    }
    show_pass(context, pass);
    co_return pass_exit(pass);
}

void note_continues(CommandContext& context, const std::string& id) {
    context.output.note("Pass " + id + " continues; to cancel it, run carecloudctl cancel " + id + ".");
}

CtlTask begin_pass(CommandContext& context, std::string target) {
    CO_TRY_ASSIGN(const std::string body, context.daemon.ask("POST", std::move(target)));
    const CtlJson pass = parse_answer(body);
    const std::string id = std::to_string(pass.at("id").get<std::uint64_t>());
    if (context.line.has("no-wait")) {
        show_pass(context, pass);
        co_return CtlExit::ok;
    }
    try {
        auto following = follow_pass(context, pass);
        const CtlResult<CtlExit> exit = co_await std::move(following);
        if (!exit && exit.error().exit == CtlExit::interrupted) note_continues(context, id);
        co_return exit;
    } catch (const boost::system::system_error& failed) {
        if (failed.code() != boost::asio::error::operation_aborted) throw;
    }
    note_continues(context, id);
    co_return CtlExit::interrupted;
}

CtlTask refuse_line(CtlFailure failure) {
    co_return failure;
}

CtlFailure missing_days() {
    return {.exit = CtlExit::usage,
            .what = "backfill requires --from and --to",
            .hint = "usage: carecloudctl backfill ENTITY --from 2026-01 --to 2026-03"};
}

}  // namespace

CtlTask ctl_backfill(CommandContext& context) {
    const CtlResult<DayTexts> days = parse_day_range(context.line);
    if (!days) return refuse_line(days.error());
    if (days->from.empty() || days->to.empty()) return refuse_line(missing_days());
    std::string target = "/v1/backfill";
    add_query(target, "entity", context.line.arguments[0]);
    add_query(target, "from", days->from);
    add_query(target, "to", days->to);
    return begin_pass(context, std::move(target));
}

CtlTask ctl_reconcile(CommandContext& context) {
    std::string target = "/v1/reconcile";
    add_query(target, "entity", context.line.arguments[0]);
    add_query(target, "deep", context.line.has("deep") ? "true" : "false");
    add_query(target, "confirm_deletes", context.line.has("confirm-deletes") ? "true" : "false");
    return begin_pass(context, std::move(target));
}

CtlTask ctl_cancel(CommandContext& context) {
    CO_TRY_ASSIGN(const std::string body,
                  context.daemon.ask("DELETE", "/v1/passes/" + percent_encode(context.line.arguments[0])));
    if (context.line.has("json"))
        context.output.json(body);
    else
        context.output.text("Pass " + printable(context.line.arguments[0]) +
                            " is being canceled; stored records are kept.\n");
    co_return CtlExit::ok;
}

}  // namespace carecloud
