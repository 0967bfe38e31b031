// Where one of the daemon's servers is to listen.
#pragma once

#include "base/error.hpp"
#include "net/server/listener.hpp"
#include "runtime/listen_address.hpp"

namespace carecloud {

// A socket of systemd's is duplicated: the server closes what it is given, and connections go on to queue at the other.
// Errors: server_failed, for want of descriptors.
Result<ServerAddress> server_address(const ListenAddress& listen);

}  // namespace carecloud
