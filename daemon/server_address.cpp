#include "server_address.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>

namespace carecloud {

Result<ServerAddress> server_address(const ListenAddress& listen) {
    if (listen.descriptor < 0) {
        return ServerAddress{.host = listen.host, .port = listen.port, .unix_path = listen.unix_path};
    }
    const int duplicate = ::fcntl(listen.descriptor, F_DUPFD_CLOEXEC, 0);
    if (duplicate >= 0) return ServerAddress{.inherited_fd = duplicate};
    return Error{ErrorCode::server_failed, "listen on " + listen.to_string(),
                 std::generic_category().message(errno),
                 "if file descriptors are exhausted, raise LimitNOFILE= in the unit"};
}

}  // namespace carecloud
