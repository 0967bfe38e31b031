// Runs a program, or a function in a child process, and measures its cost.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace carecloud::bench {

struct Cost {
    double wall_seconds = 0;
    double cpu_seconds = 0;  // user and system
    double peak_mib = 0;     // of resident memory
};

// Measures from before the start of the program to after its end. Output goes to `log`. Throws std::runtime_error, with
// the end of the log, if it exits with anything but 0. A small process starts the program: a child of this large
// process would be charged with the memory that it had before its exec.
Cost run_program(const std::vector<std::string>& command, const std::string& log);

// In a child process: measures only the time and CPU of `work`. Throws std::runtime_error if `work` throws.
Cost run_function(const std::function<void()>& work);

// The main function of that small process (`--measure`): runs the rest of the command line and reports the cost.
int measure_main(int argc, char** argv);

}  // namespace carecloud::bench
