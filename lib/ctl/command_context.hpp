// What a command of carecloudctl works with.
#pragma once

#include "base/clock.hpp"
#include "ctl/command_line.hpp"
#include "ctl/ctl_exit.hpp"
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

// A command says on the output what came; a failure is told by its caller.
using CtlTask = Task<CtlResult<CtlExit>>;

// GET until it is answered: what is passing (a restart, a reload) is asked again, for `patience` at most, and said
// once.
Task<CtlResult<std::string>> get_patiently(CommandContext& context, std::string target, Duration patience);

}  // namespace carecloud
