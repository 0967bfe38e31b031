// carecloudctl as a function: from the arguments to text and the exit code.
//
//     return static_cast<int>(run_ctl({argv + 1, argv + argc}, {.out = std::cout, .err = std::cerr, …}));
#pragma once

#include "ctl/command_context.hpp"
#include "ctl/ctl_output.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace carecloud {

struct CtlProcess {
    std::ostream& out;
    std::ostream& err;
    CtlTerminals terminals{};
    std::string version{};
    MakePortal make_portal{};  // for `doctor` only
};

// Runs its own io_context and handles SIGINT, SIGTERM and SIGHUP while a command runs.
CtlExit run_ctl(const std::vector<std::string>& words, const CtlProcess& process);

}  // namespace carecloud
