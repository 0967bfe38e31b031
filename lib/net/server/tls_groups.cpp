#include "net/server/tls_groups.hpp"

#include <openssl/err.h>

namespace carecloud {
namespace {

constexpr const char* kGroups = "X25519MLKEM768:X25519:P-256:P-384";
// One unknown name refuses a whole list: OpenSSL before 3.5 does not know the first.
constexpr const char* kOlderGroups = "X25519:P-256:P-384";

}  // namespace

bool set_server_groups(SSL_CTX* context) {
    if (SSL_CTX_set1_groups_list(context, kGroups) == 1) return true;
    ERR_clear_error();
    return SSL_CTX_set1_groups_list(context, kOlderGroups) == 1;
}

}  // namespace carecloud
