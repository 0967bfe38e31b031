// TLS for a server's side: its certificate, its key, and what it speaks.
//
// A context is shared by all connections of a server and used from the I/O thread.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace carecloud {

// TLS 1.2 with forward secrecy and AEAD, or 1.3, keys exchanged by elliptic curves or X25519MLKEM768; no renegotiation,
// no compression. `certificate_file` holds the chain in PEM, the server's own first; `private_key_file` its key, not
// encrypted. Errors (invalid_argument) name the file: it cannot be read, has no certificate or key, or the two are not
// of one pair.
Result<std::shared_ptr<boost::asio::ssl::context>> make_server_tls(const std::string& certificate_file,
                                                                   const std::string& private_key_file);

// When the first of the context's certificates ends, the chain's included. None: it has none.
std::optional<Timestamp> certificate_end(const boost::asio::ssl::context& context);

}  // namespace carecloud
