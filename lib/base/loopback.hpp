// Detects hosts that always refer to this machine. Plain HTTP, and services without a token, are limited to these.
#pragma once

#include <string_view>

namespace carecloud {

// "localhost", a name below it (RFC 6761 6.3), an address of 127.0.0.0/8, ::1, or 127.0.0.0/8 mapped into IPv6. Does
// not query a resolver. Pure.
bool is_loopback_host(std::string_view host);

}  // namespace carecloud
