// Who listens on an address of this machine already, as /proc shows.
#pragma once

#include "runtime/listen_address.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace carecloud {

struct SocketHolder {
    pid_t pid = 0;
    std::string program;  // as the kernel calls it: 15 bytes at most
};

// Whether `listen` could not be bound now since somebody listens there. Nobody is connected to.
bool is_taken(const ListenAddress& listen);
// Those who hold a listening socket of that port or path. Empty: nobody, or only users whose processes this one may not
// look into.
std::vector<SocketHolder> holders_of(const ListenAddress& listen);

}  // namespace carecloud
