// A program that runs until it is told to end, such as the daemon, watched from outside.
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
    // `command`: the program's file first. All that it says goes to `log`, a file begun anew. Throws
    // std::system_error.
    DaemonProcess(std::vector<std::string> command, std::string log);
    // Ends it by SIGTERM and waits for that.
    ~DaemonProcess();
    DaemonProcess(const DaemonProcess&) = delete;
    DaemonProcess& operator=(const DaemonProcess&) = delete;

    // Until the log holds that text. Throws std::runtime_error where it never does; with the log where it has ended.
    void wait_for(const std::string& text) const;

    // MiB of resident memory now ("VmRSS") and at most so far ("VmHWM"), from /proc. Throws
    // std::runtime_error where it is gone.
    double memory_mib(const std::string& line) const;

    // CPU seconds so far, user and system: of all its threads, and of the one that it began with. Throw
    // std::runtime_error where it is gone.
    double cpu_seconds() const;
    double first_thread_cpu_seconds() const;

  private:
    bool has_ended() const;

    std::string log_;
    pid_t pid_ = -1;
};

}  // namespace carecloud::bench
