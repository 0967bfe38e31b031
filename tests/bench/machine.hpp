// What benchmarks need from the machine: its description, waiting for other processes, CPU time, a folder.
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <system_error>

namespace carecloud::bench {

// Prints "at the start: 2 cores, Linux 6.1.0, load 0.10 …".
void print_machine(const std::string& when);

struct Looks {
    std::chrono::microseconds every{10'000};
    std::chrono::seconds at_most{120};
};

// Throws std::runtime_error, with `what`, if the condition is not true in time; and what the condition throws.
void wait_until(const std::string& what, const Looks& looks, const std::function<bool()>& condition);

// CPU seconds so far, user and system.
double thread_cpu_seconds();  // of this thread
double process_cpu_seconds();

// A temporary folder below `parent`, removed with its content.
class Folder {
  public:
    // Throws std::runtime_error.
    explicit Folder(const std::string& parent) : path_(parent + "/bench-XXXXXX") {
        if (!::mkdtemp(path_.data())) throw std::runtime_error("cannot write in " + parent);
    }
    ~Folder() {
        std::error_code ignored;  // remaining files are in a temporary folder
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace carecloud::bench
