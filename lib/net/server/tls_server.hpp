// TLS for servers: certificate, key and protocol settings.
//
// A context is shared by all connections of a server and used on the I/O thread.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace carecloud {

// TLS 1.2 with forward secrecy and AEAD, or TLS 1.3. Key exchange by elliptic curves or X25519MLKEM768. No
// renegotiation, no compression. `certificate_file` contains the chain in PEM, the server's own certificate first;
// `private_key_file` its key, unencrypted. Errors (invalid_argument) name the file: it cannot be read, has no
// certificate or key, or the key does not match the certificate.
Result<std::shared_ptr<boost::asio::ssl::context>> make_server_tls(const std::string& certificate_file,
                                                                   const std::string& private_key_file);

// The earliest expiry of the context's certificates, including the chain. std::nullopt if there is none.
std::optional<Timestamp> certificate_end(const boost::asio::ssl::context& context);

}  // namespace carecloud
