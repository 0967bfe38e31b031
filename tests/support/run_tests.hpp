// Catch2's session, compiled once for all test programs.
#pragma once

namespace carecloud {

// Runs the test cases selected on the command line. Returns the number of failures, at most 255. A filter that matches
// no test is an error: Catch2 2 reports success, so a renamed test would silently never run again; Catch2 3 fails
// already.
int run_tests(int argc, const char* const* argv);

}  // namespace carecloud
