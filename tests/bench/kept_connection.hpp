// An HTTP/1.1 connection over loopback that is kept open: a request, its response, the next request. It does as little
// as possible, so the server is what is measured.
//
//     KeptConnection connection(port);
//     const std::string_view body = connection.get("/v1/status");
//
// Used by one thread at a time. Throws std::runtime_error for an invalid response.
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

    // Returns the body of a 200 that has a Content-Length; valid until the next call.
    std::string_view get(const std::string& target);

  private:
    void send_all(std::string_view bytes) const;
    void receive_some();

    int fd_ = -1;
    std::string received_;
};

}  // namespace carecloud::bench
