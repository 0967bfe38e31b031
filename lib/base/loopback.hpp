// Which host names lead nowhere but to this machine: plain HTTP, and services without a token, are for these
// alone.
#pragma once

#include <string_view>

namespace carecloud {

// "localhost", a name below it (RFC 6761 6.3), an address of 127.0.0.0/8, ::1, or the former mapped into
// IPv6. Asks no resolver. Pure.
bool is_loopback_host(std::string_view host);

}  // namespace carecloud
