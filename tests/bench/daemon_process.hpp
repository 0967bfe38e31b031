// The daemon as it runs always, watched from outside.
#pragma once

#include <string>
#include <sys/types.h>

namespace carecloud::bench {

class DaemonProcess {
  public:
    // Throws std::system_error.
    DaemonProcess(const std::string& program, const std::string& configuration, const std::string& log);
    // Ends it by SIGTERM and waits for that.
    ~DaemonProcess();
    DaemonProcess(const DaemonProcess&) = delete;
    DaemonProcess& operator=(const DaemonProcess&) = delete;

    // MiB of resident memory now ("VmRSS") and at most so far ("VmHWM"), from /proc. Throws
    // std::runtime_error where it is gone.
    double memory_mib(const std::string& line) const;

  private:
    pid_t pid_ = -1;
};

}  // namespace carecloud::bench
