// A program of another package that a test runs as its child, as a user without privileges: PostgreSQL's refuse root.
// It ends with the test, also if that is killed.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace carecloud {

// The user that servers of tests run as: this one, or for root `postgres`. Such a user has to own the
// folders that a server writes.
struct ServerUser {
    uid_t user = 0;
    gid_t group = 0;

    static ServerUser choose();
    // Makes it the owner. Throws std::runtime_error.
    void own(const std::string& path) const;
};

class ServerProcess {
  public:
    // Output is appended to the file `log`. Throws std::runtime_error.
    ServerProcess(const std::vector<std::string>& command, const std::string& log);
    // Kills it.
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    pid_t id() const { return process_; }
    bool is_running();
    void signal(int number) const;
    // Its exit status, or 128 and the signal.
    int wait();

  private:
    pid_t process_ = -1;
    int status_ = 0;
};

// Runs it to its end. Throws std::runtime_error with its output if it fails.
void run_as_server(const std::vector<std::string>& command, const std::string& log);

}  // namespace carecloud
