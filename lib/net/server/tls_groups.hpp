// The key exchange groups that our TLS servers agree to.
#pragma once

#include <openssl/ssl.h>

namespace carecloud {

// Only X25519, P-256 and P-384, and X25519MLKEM768 where OpenSSL has it. By default OpenSSL also agrees to
// finite-field groups, one handshake of which costs the server as much CPU as a hundred honest ones. False: OpenSSL
// refuses; the reason is in its error queue.
bool set_server_groups(SSL_CTX* context);

}  // namespace carecloud
