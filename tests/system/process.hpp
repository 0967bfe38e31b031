// A program under test: started with its output in files, waited for with a deadline, never left running.
//
//     Process daemon({.arguments = {syncd_program(), "--once"}, .output = dir.file("run")});
//     const Ended end = daemon.wait(10s);
//     REQUIRE(end.code == 0);
//     REQUIRE(daemon.err() == "");
//
// It dies with the test program (PR_SET_PDEATHSIG), and is killed by the destructor. Used from one thread, in a
// single-threaded program: the child forks.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace carecloud {

// The deadline for expected events; generous, for busy machines.
inline constexpr std::chrono::seconds kWithin{120};
// The deadline for a stop: the daemon promises 5 seconds on an idle machine.
inline constexpr std::chrono::seconds kStopWithin{15};

struct ProcessOptions {
    std::vector<std::string> arguments;  // the program's file first
    std::string output;                  // stdout goes to output + ".out", stderr to output + ".err"
    // Runs in the child before the program: limits, another user. A result other than 0 ends the child with that code.
    std::function<int()> prepare = {};
};

// How it ended. After a missed deadline the code is -2, and the process is killed.
struct Ended {
    int code = -1;   // -1: a signal ended it
    int signal = 0;  // 0: it exited
};

class Process {
  public:
    // Throws std::runtime_error if it cannot be started.
    explicit Process(ProcessOptions options);
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;

    pid_t pid() const { return pid_; }
    // CPU time, once it has ended: hardly affected by a busy machine.
    std::chrono::microseconds cpu_time() const { return cpu_time_; }
    bool running();
    void send(int signal) const;
    // Waits for the end; after the deadline, the code is -2 and the process is killed.
    Ended wait(std::chrono::milliseconds deadline);
    // Whether it is still running after that time. A pause of a random length that its exit ends early.
    bool outlives(std::chrono::milliseconds span);
    // Waits until SIGSTOP has taken effect; false if it never does.
    bool wait_stopped() const;
    // Waits until `condition` holds. False after the deadline, or if the process has ended without it.
    bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds deadline);
    // Waits until stderr contains `text`.
    bool says(const std::string& text, std::chrono::milliseconds deadline);

    std::string out() const;
    std::string err() const;

  private:
    void reap(int options);

    std::string output_;
    pid_t pid_ = -1;
    int pidfd_ = -1;
    bool ended_ = false;
    Ended end_;
    std::chrono::microseconds cpu_time_{0};
};

// A file's bytes; empty if there is none.
std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);

}  // namespace carecloud
