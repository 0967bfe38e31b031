// The servers that respond to the same POSTs on loopback: configurations of the daemon and nginx, and the content of
// the daemon's store during its run.
#pragma once

#include "portal/portal_certificates.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace carecloud {
class Connection;
}

namespace carecloud::bench {

// "https://127.0.0.1:PORT/sns"
std::string endpoint_url(std::uint16_t port);

struct SnsConfiguration {
    std::string base_url;     // of the portal
    std::string sns_url;      // of the publisher
    std::string sns_ca_file;  // CA of the publisher
    CertificateFiles tls;     // of the endpoint
    std::uint16_t port = 0;
};

// Writes the daemon's files to `folder`, with almost no polls, and the store in folder + "/store.db". Returns the
// configuration's name. Throws std::runtime_error.
std::string write_sns_configuration(const SnsConfiguration& settings, const std::string& folder);
// The same for nginx: one process that responds with an empty 200 to any request.
std::string write_nginx_configuration(const CertificateFiles& tls, std::uint16_t port,
                                      const std::string& folder);

// Reads the store of a running daemon, which must exist. Members throw SqlError.
class StoreLook {
  public:
    explicit StoreLook(const std::string& path);
    ~StoreLook();
    StoreLook(const StoreLook&) = delete;
    StoreLook& operator=(const StoreLook&) = delete;

    std::int64_t number(const std::string& sql);
    std::string text(const std::string& sql);
    // Waits until the store has that many events and none is open. Throws std::runtime_error if that takes too long.
    void wait_settled(std::size_t events);

  private:
    std::unique_ptr<Connection> db_;
};

}  // namespace carecloud::bench
