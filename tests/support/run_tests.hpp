// Runs Catch2's session; compiled once for all test programs.
#pragma once

namespace carecloud {

// Runs the test cases selected on the command line. Returns the number of failures, at most 255. A filter that matches
// no test is an error, so a renamed test does not silently stop running; Catch2 2 would report success, Catch2 3 fails
// by default.
int run_tests(int argc, const char* const* argv);

}  // namespace carecloud
