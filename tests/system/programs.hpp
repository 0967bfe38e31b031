// The programs that the system tests run: those of the same build, or those that CTest names in the environment, so one
// build's test program can be used with another's daemon (CARECLOUD_TOOLS in CMake).
#pragma once

#include <string>

namespace carecloud {

// The paths of the programs.
std::string syncd_program();   // CARECLOUD_SYNCD
std::string ctl_program();     // CARECLOUD_CTL
std::string portal_program();  // always from the build of the test program

// CARECLOUD_SANITIZED names a sanitizer: the daemon is much slower, uses more memory, and cannot be preloaded.
bool programs_are_sanitized();

}  // namespace carecloud
