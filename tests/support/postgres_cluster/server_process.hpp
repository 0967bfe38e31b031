// A program of another package that a test runs as its child and as an unprivileged user, because PostgreSQL's programs
// refuse to run as root. It ends with the test, even if the test is killed.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace carecloud {

// The user that servers of tests run as: the current one, or `postgres` if that is root. The user must own the folders
// that a server writes.
struct ServerUser {
    uid_t user = 0;
    gid_t group = 0;

    static ServerUser choose();
    // Makes the user the owner of `path`. Throws std::runtime_error.
    void own(const std::string& path) const;
};

class ServerProcess {
  public:
    // Output is appended to the file `log`. Throws std::runtime_error.
    ServerProcess(const std::vector<std::string>& command, const std::string& log);
    // Kills the process.
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    pid_t id() const { return process_; }
    bool is_running();
    void signal(int number) const;
    // Waits for its end. Returns the exit status, or 128 plus the signal.
    int wait();

  private:
    pid_t process_ = -1;
    int status_ = 0;
};

// Runs a program to completion. Throws std::runtime_error with its output if it fails.
void run_as_server(const std::vector<std::string>& command, const std::string& log);

}  // namespace carecloud
