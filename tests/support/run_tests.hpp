// Catch2's session, compiled once for all test programs.
#pragma once

namespace carecloud {

// Runs the test cases that the command line asks for. The number of those that failed, at most 255. A filter that
// matches no test is an error: for Catch2 2 it is a success, so that a renamed test would never run again and nobody
// would know; Catch2 3 fails by itself.
int run_tests(int argc, const char* const* argv);

}  // namespace carecloud
