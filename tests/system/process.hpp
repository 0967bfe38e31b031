// A program under test: started with its output in files, waited for with a deadline, never left behind.
//
//     Process daemon({.arguments = {syncd_program(), "--once"}, .output = dir.file("run")});
//     const Ended end = daemon.wait(10s);
//     REQUIRE(end.code == 0);
//     REQUIRE(daemon.err() == "");
//
// It dies with the test program (PR_SET_PDEATHSIG), and is killed by the destructor. Used from one thread, in
// a program that has no other: the child forks.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace carecloud {

// How long a test waits for what must come before it calls it missing; generous, for machines that are busy.
inline constexpr std::chrono::seconds kWithin{120};
// A stop: the daemon promises 5 seconds, on a machine that is not busy with other things.
inline constexpr std::chrono::seconds kStopWithin{15};

struct ProcessOptions {
    std::vector<std::string> arguments;  // the program's file first
    std::string output;                  // stdout goes to output + ".out", stderr to output + ".err"
    // In the child, before the program: limits, another user. Anything but 0 ends the child with that code.
    std::function<int()> prepare = {};
};

// How it ended. A deadline that passed is told as code -2, and the process is killed.
struct Ended {
    int code = -1;   // -1: a signal ended it
    int signal = 0;  // 0: it ended by itself
};

class Process {
  public:
    // Throws std::runtime_error where nothing can be started.
    explicit Process(ProcessOptions options);
    ~Process();
    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;

    pid_t pid() const { return pid_; }
    // Of the CPU, once it has ended: what a busy machine does not change much.
    std::chrono::microseconds cpu_time() const { return cpu_time_; }
    bool running();
    void send(int signal) const;
    // The end, or -2 and SIGKILL after the deadline.
    Ended wait(std::chrono::milliseconds deadline);
    // Whether it is still running after that time. A pause of a random length, cut short by the end.
    bool outlives(std::chrono::milliseconds span);
    // Until SIGSTOP has taken hold of it; false where that never happens.
    bool wait_stopped() const;
    // Until `condition` holds. False after the deadline, or once the process has ended without it.
    bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds deadline);
    // Until stderr holds `text`.
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

// A file's bytes; empty where there is none.
std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);

}  // namespace carecloud
