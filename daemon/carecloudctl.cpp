// carecloudctl, the operator's tool. Its command line is in lib/ctl/command_table.cpp.
#include "ctl/ctl.hpp"
#include "portal_wiring.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <unistd.h>

namespace {

// Without callbacks: the daemon reports harmless anomalies of the portal.
carecloud::Result<std::unique_ptr<carecloud::HttpPortal>> make_quiet_portal(
    const carecloud::Configuration& configuration, carecloud::Clock& clock) {
    return carecloud::make_portal(configuration, clock);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace carecloud;
    std::ios::sync_with_stdio(false);
    const char* const no_color = std::getenv("NO_COLOR");
    CtlTerminals terminals{.out = ::isatty(STDOUT_FILENO) == 1, .err = ::isatty(STDERR_FILENO) == 1};
    terminals.color = terminals.out && (no_color == nullptr || *no_color == '\0');
    try {
        return static_cast<int>(run_ctl({argv + 1, argv + argc}, {.out = std::cout,
                                                                  .err = std::cerr,
                                                                  .terminals = terminals,
                                                                  .version = CARECLOUD_VERSION,
                                                                  .make_portal = make_quiet_portal}));
    } catch (const std::exception& broken) {
        std::cerr << "carecloudctl: " << broken.what() << "\n";
        return 70;  // EX_SOFTWARE: a violated invariant
    }
}
