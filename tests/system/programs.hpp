// The programs that the system tests run: those they were built with, or those that CTest names in the environment, so
// that one build's test program can be used with another's daemon (CARECLOUD_TOOLS in CMake).
#pragma once

#include <string>

namespace carecloud {

// Files.
std::string syncd_program();   // CARECLOUD_SYNCD
std::string ctl_program();     // CARECLOUD_CTL
std::string portal_program();  // always that of the build of the test program

// CARECLOUD_SANITIZED names a sanitizer: the daemon is slower by far, takes more memory, and cannot be preloaded with
// anything.
bool programs_are_sanitized();

}  // namespace carecloud
