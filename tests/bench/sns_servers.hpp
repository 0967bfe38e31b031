// Those who answer the same POSTs on loopback: how the daemon and nginx are configured for it, and what the daemon's
// store holds while it runs.
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
    std::string sns_ca_file;  // whom to trust about it
    CertificateFiles tls;     // of the endpoint
    std::uint16_t port = 0;
};

// Writes what the daemon needs into `folder`, polling hardly ever, with the store in folder + "/store.db"; the
// configuration's name. Throws std::runtime_error.
std::string write_sns_configuration(const SnsConfiguration& settings, const std::string& folder);
// nginx as one process that answers any request by an empty 200; its configuration's name. Likewise.
std::string write_nginx_configuration(const CertificateFiles& tls, std::uint16_t port,
                                      const std::string& folder);

// A look at the store of a running daemon, which must exist. Throw SqlError.
class StoreLook {
  public:
    explicit StoreLook(const std::string& path);
    ~StoreLook();
    StoreLook(const StoreLook&) = delete;
    StoreLook& operator=(const StoreLook&) = delete;

    std::int64_t number(const std::string& sql);
    std::string text(const std::string& sql);
    // Until the store holds that many events and none is open. Throws std::runtime_error where that takes too long.
    void wait_settled(std::size_t events);

  private:
    std::unique_ptr<Connection> db_;
};

}  // namespace carecloud::bench
