// Runs a program, or a function in a child process, and says what it cost.
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

// From before its start to after its end. Output goes to `log`. Throws std::runtime_error with the end of the
// log where it ends by anything but 0. The program is started by a small process: a child of this large one
// would be charged with the memory that it had before it became the program.
Cost run_program(const std::vector<std::string>& command, const std::string& log);

// In a child process: the time and CPU of `work` alone. Throws std::runtime_error where it throws.
Cost run_function(const std::function<void()>& work);

// What this program does when it is that small process (`--measure`): runs the rest of the command line and
// reports.
int measure_main(int argc, char** argv);

}  // namespace carecloud::bench
