// The commands of carecloudctl, and what each of them works with. I/O thread.
#pragma once

#include "base/clock.hpp"
#include "ctl/command_line.hpp"
#include "ctl/ctl_output.hpp"
#include "ctl/daemon_client.hpp"
#include "portal/http/http_portal.hpp"
#include "runtime/configuration.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace carecloud {

// The portal of a configuration; the program knows how to make it.
using MakePortal =
    std::function<Result<std::unique_ptr<HttpPortal>>(const Configuration& configuration, Clock& clock)>;

// All of it outlives the command.
struct CommandContext {
    const CommandLine& line;
    DaemonClient& daemon;
    Clock& clock;
    CtlOutput& output;
    const MakePortal& make_portal;
};

// A command prints its result; its caller prints a failure.
using CtlTask = Task<CtlResult<CtlExit>>;

// GET until it is answered: what is passing (a restart, a reload) is retried, for `patience` at most, and reported
// once.
Task<CtlResult<std::string>> get_patiently(CommandContext& context, std::string target, Duration patience);

// The path of the record that the first two arguments name.
std::string record_path(const CommandLine& line);

// A command's own JSON, for --json.
void show_json(CommandContext& context, const CtlJson& json);

// One page of a list, as the API gives it or as a table; `none` where that is empty. With --limit.
CtlTask show_list(CommandContext& context, std::string target, std::string (*as_text)(const CtlJson&),
                  const char* none);

// The commands of carecloudctl, one function each; see command_table.cpp for what they do.
CtlTask ctl_status(CommandContext& context);
CtlTask ctl_sync(CommandContext& context);
CtlTask ctl_changes(CommandContext& context);
CtlTask ctl_get(CommandContext& context);
CtlTask ctl_history(CommandContext& context);
CtlTask ctl_diff(CommandContext& context);
CtlTask ctl_why(CommandContext& context);
CtlTask ctl_erase(CommandContext& context);
CtlTask ctl_events(CommandContext& context);
CtlTask ctl_quarantine(CommandContext& context);
CtlTask ctl_export(CommandContext& context);
CtlTask ctl_backfill(CommandContext& context);
CtlTask ctl_reconcile(CommandContext& context);
CtlTask ctl_passes(CommandContext& context);
CtlTask ctl_cancel(CommandContext& context);
CtlTask ctl_doctor(CommandContext& context);

}  // namespace carecloud
