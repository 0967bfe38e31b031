// TLS for clients: trusted certificates, and the errors of a handshake.
//
// A context is shared by all connections of a client and used on the I/O thread.
#pragma once

#include "base/error.hpp"

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

namespace carecloud {

// TLS 1.2 or newer. The peer's chain must lead to one of the system's roots or, if `ca_file` is not empty, to a
// certificate in that PEM file. Errors (invalid_argument): the file cannot be read or contains no certificate.
Result<std::shared_ptr<boost::asio::ssl::context>> make_client_tls(const std::string& ca_file);

// Requests `host` by SNI, and requires that the certificate is for it: for the DNS name, or for the address by one of
// the certificate's addresses (RFC 9110 4.3.4). Call before the handshake.
boost::system::error_code require_host(SSL* tls, const std::string& host);

// The error of a failed handshake: tls_failed with the reason, or unreachable if the peer only disconnected.
Error tls_failure(SSL* tls, const boost::system::error_code& failure, const std::string& peer);

}  // namespace carecloud
