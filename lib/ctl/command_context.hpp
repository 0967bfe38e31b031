// The commands of carecloudctl and their environment. I/O thread only.
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

// Makes the portal of a configuration; provided by the program.
using MakePortal =
    std::function<Result<std::unique_ptr<HttpPortal>>(const Configuration& configuration, Clock& clock)>;

// Everything in it must outlive the command.
struct CommandContext {
    const CommandLine& line;
    DaemonClient& daemon;
    Clock& clock;
    CtlOutput& output;
    const MakePortal& make_portal;
};

// Commands print their result; the caller prints failures.
using CtlTask = Task<CtlResult<CtlExit>>;

// GET with retries of temporary failures (a restart, a reload), for at most `patience`; the first failure is reported
// on stderr.
Task<CtlResult<std::string>> get_patiently(CommandContext& context, std::string target, Duration patience);

// The API path of the record that the first two arguments name.
std::string record_path(const CommandLine& line);

// Prints JSON that the command itself has built, for --json.
void show_json(CommandContext& context, const CtlJson& json);

// Prints one page of a list, as the API's JSON or as a table; `none` is printed if the table is empty. Supports
// --limit.
CtlTask show_list(CommandContext& context, std::string target, std::string (*as_text)(const CtlJson&),
                  const char* none);

// The commands of carecloudctl, one function each; command_table.cpp describes them.
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
