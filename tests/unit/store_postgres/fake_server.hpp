// A server that accepts one client as PostgreSQL of any version would, and then does not respond.
#pragma once

#include <cstdint>
#include <string>
#include <thread>

namespace carecloud {

class FakeServer {
  public:
    explicit FakeServer(const std::string& version);
    ~FakeServer();
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    std::uint16_t port() const { return port_; }

  private:
    void serve(const std::string& version) const;

    int listening_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace carecloud
