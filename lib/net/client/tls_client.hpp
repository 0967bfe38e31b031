// TLS for the client's side: whom to trust, and what went wrong when trust failed.
//
// A context is shared by all connections of a client and used from the I/O thread.
#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

namespace carecloud {

// TLS 1.2 or newer, the peer's chain verified against the system's roots and, where `ca_file` is not empty,
// the certificates of that PEM file beside them. Errors (invalid_argument): a file that cannot be read or has
// none.
Result<std::shared_ptr<boost::asio::ssl::context>> make_client_tls(const std::string& ca_file);

// Asks for `host` by SNI and demands that the certificate is for it: a DNS name, or an address among the
// certificate's own addresses (RFC 9110 4.3.4). To be called before the handshake.
boost::system::error_code demand_host(SSL* tls, const std::string& host);

// What to say of a handshake that failed: tls_failed with the reason, or unreachable where the peer just went
// away.
Error tls_failure(SSL* tls, const boost::system::error_code& failure, const std::string& peer);

}  // namespace carecloud
