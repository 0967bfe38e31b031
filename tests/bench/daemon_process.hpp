// A program that runs until it is stopped, such as the daemon, observed from outside.
//
//     DaemonProcess daemon({syncd, "--config", file}, folder + "/syncd.log");
//     daemon.wait_for("pass finished");
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace carecloud::bench {

class DaemonProcess {
  public:
    // `command`: begins with the program's file. Its output goes to `log`, which is overwritten. Throws
    // std::system_error.
    DaemonProcess(std::vector<std::string> command, std::string log);
    // Stops it with SIGTERM and waits for its end.
    ~DaemonProcess();
    DaemonProcess(const DaemonProcess&) = delete;
    DaemonProcess& operator=(const DaemonProcess&) = delete;

    // Waits until the log contains the text. Throws std::runtime_error if it never does; with the log, if the program
    // has ended.
    void wait_for(const std::string& text) const;

    // Resident memory in MiB, now ("VmRSS") or at most so far ("VmHWM"), from /proc. Throws std::runtime_error if the
    // program has ended.
    double memory_mib(const std::string& line) const;

    // CPU seconds so far, user and system: of all threads, and of the first one. Both throw std::runtime_error if the
    // program has ended.
    double cpu_seconds() const;
    double first_thread_cpu_seconds() const;

  private:
    bool has_ended() const;

    std::string log_;
    pid_t pid_ = -1;
};

}  // namespace carecloud::bench
