// One connection of HTTP/1.1 over loopback that is kept: a request, its answer, the next request. It does as little as
// a client can, so that the server is what is measured.
//
//     KeptConnection connection(port);
//     const std::string_view body = connection.get("/v1/status");
//
// Used from one thread at a time. What is no good answer throws std::runtime_error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace carecloud::bench {

class KeptConnection {
  public:
    explicit KeptConnection(std::uint16_t port);
    ~KeptConnection();
    KeptConnection(const KeptConnection&) = delete;
    KeptConnection& operator=(const KeptConnection&) = delete;

    // The body of a 200 that says its length; good until the next call.
    std::string_view get(const std::string& target);

  private:
    void send_all(std::string_view bytes) const;
    void receive_some();

    int fd_ = -1;
    std::string received_;
};

}  // namespace carecloud::bench
