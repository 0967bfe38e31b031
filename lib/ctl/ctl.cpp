#include "ctl/ctl.hpp"

#include "base/packaged_service.hpp"
#include "ctl/command_context.hpp"
#include "ctl/daemon_client.hpp"
#include "runtime/service_manager.hpp"
#include "runtime/system_clock.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

using CtlHandler = CtlTask (*)(CommandContext&);

CtlHandler handler_of(const CtlCommand& command) {
    static constexpr std::array<std::pair<std::string_view, CtlHandler>, 16> handlers{{
        {"status", ctl_status},
        {"sync", ctl_sync},
        {"changes", ctl_changes},
        {"get", ctl_get},
        {"history", ctl_history},
        {"diff", ctl_diff},
        {"why", ctl_why},
        {"erase", ctl_erase},
        {"events", ctl_events},
        {"quarantine", ctl_quarantine},
        {"export", ctl_export},
        {"backfill", ctl_backfill},
        {"reconcile", ctl_reconcile},
        {"passes", ctl_passes},
        {"cancel", ctl_cancel},
        {"doctor", ctl_doctor},
    }};
    for (const auto& [name, handler] : handlers) {
        if (name == command.name) return handler;
    }
    throw std::logic_error("a command without a handler");
}

// The result of a command, even if it ended with an exception.
CtlResult<CtlExit> outcome_of(const std::exception_ptr& thrown, CtlResult<CtlExit> exit) {
    if (!thrown) return exit;
    try {
        std::rethrow_exception(thrown);
    } catch (const CtlJson::exception&) {
        // The exception's text is omitted: it quotes the response, which may be a child's record.
        return CtlFailure{.exit = CtlExit::protocol,
                          .what = "unexpected response; it does not match this version of carecloud-syncd",
                          .hint =
                              "carecloudctl and carecloud-syncd must have the same version; see carecloudctl "
                              "status and carecloudctl -V"};
    } catch (const boost::system::system_error& failed) {
        if (failed.code() == asio::error::operation_aborted)
            return CtlFailure{.exit = CtlExit::interrupted, .what = "interrupted"};
        throw;
    }
}

CtlResult<CtlExit> run_command(const CommandLine& line, CtlOutput& output, const MakePortal& make_portal) {
    PackagedService::choose_own(PackagedService(line.text("instance")));
    asio::io_context io(1);
    SystemClock clock(io);
    // `doctor` does not use the daemon.
    CtlResult<DaemonAddress> address = DaemonAddress{};
    if (line.command->name != "doctor") address = find_daemon(line);
    if (!address) return address.error();
    if (!address->notice.empty()) output.note("carecloudctl: " + address->notice);
    auto daemon = DaemonClient::create(io.get_executor(), *address);
    if (!daemon) return daemon.error();
    CommandContext context{
        .line = line, .daemon = **daemon, .clock = clock, .output = output, .make_portal = make_portal};
    asio::cancellation_signal cancel;
    const auto interrupt = [&cancel] { cancel.emit(asio::cancellation_type::terminal); };
    Signals signals(io, {.stop = [&](int) { interrupt(); }, .reload = interrupt});
    CtlResult<CtlExit> outcome = CtlExit::ok;
    asio::co_spawn(io, handler_of(*line.command)(context),
                   asio::bind_cancellation_slot(
                       cancel.slot(), [&](const std::exception_ptr& thrown, CtlResult<CtlExit> exit) {
                           signals.close();
                           outcome = outcome_of(thrown, std::move(exit));
                       }));
    io.run();
    return outcome;
}

// After any failure, even a usage error, `status` must report "unknown" to a monitoring system; but "critical" if the
// daemon reports that its store fails.
CtlExit exit_of_status(const CtlFailure& failure) {
    return failure.code.starts_with("store_") ? CtlExit::critical : CtlExit::unknown;
}

bool is_status(const std::vector<std::string>& words) {
    const auto command = std::find_if(words.begin(), words.end(), [](const std::string& word) {
        return find_ctl_command(word) != nullptr;
    });
    return command != words.end() && *command == "status";
}

}  // namespace

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

CtlExit run_ctl(const std::vector<std::string>& words, const CtlProcess& process) {
    CtlOutput output(process.out, process.err, process.terminals);
    const auto report = [&](const CtlFailure& failure) {
        output.end_progress();
        if (failure.exit == CtlExit::interrupted) return failure.exit;
        output.failure(failure);
        return is_status(words) ? exit_of_status(failure) : failure.exit;
    };
    const CtlResult<CommandLine> line = parse_command_line(words);
    if (!line) return report(line.error());
    CtlExit exit = CtlExit::ok;
    if (asks_for_help(*line)) {
        const std::string about = line->arguments.empty() ? std::string() : line->arguments[0];
        output.text(about.empty() ? ctl_help() : ctl_help(*find_ctl_command(about)));
    } else if (line->has("help")) {
        output.text(line->command ? ctl_help(*line->command) : ctl_help());
    } else if (line->has("version")) {
        output.text("carecloudctl " + process.version + "\n");
    } else {
        const CtlResult<CtlExit> outcome = run_command(*line, output, process.make_portal);
        exit = outcome ? *outcome : report(outcome.error());
    }
    output.end_progress();
    if (!output.flush())
        return report({.exit = CtlExit::output,
                       .what = "cannot write all of the output",
                       .hint = "the disk may be full"});
    return exit;
}

}  // namespace carecloud
