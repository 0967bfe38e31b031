#include "runtime/inherited_sockets.hpp"

#include "base/packaged_service.hpp"
#include "runtime/text.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <netdb.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

#include <systemd/sd-daemon.h>

namespace carecloud {
namespace {

constexpr int kFirstDescriptor = SD_LISTEN_FDS_START;
constexpr std::size_t kHostMax = 64;
constexpr std::size_t kPortMax = 8;

Error refuse_socket(std::string subject, std::string hint) {
    return Error{ErrorCode::config_invalid, "take over sockets from systemd", std::move(subject),
                 std::move(hint)};
}

std::string unix_path_of(const sockaddr_un& address, socklen_t size) {
    std::string path(address.sun_path, size - offsetof(sockaddr_un, sun_path));
    if (path.starts_with('\0')) path.front() = '@';  // systemd's notation for abstract sockets
    return path.substr(0, path.find('\0'));
}

// std::nullopt if the socket is neither TCP nor a Unix socket with a name.
std::optional<ListenAddress> bound_address(int descriptor) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    if (::getsockname(descriptor, address, &size) != 0) return std::nullopt;
    ListenAddress bound;
    bound.descriptor = descriptor;
    if (address->sa_family == AF_UNIX) {
        bound.unix_path = unix_path_of(*reinterpret_cast<const sockaddr_un*>(address), size);
        return bound.is_unix() ? std::optional(bound) : std::nullopt;
    }
    std::array<char, kHostMax> host{};
    std::array<char, kPortMax> port{};
    if (::getnameinfo(address, size, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return std::nullopt;
    bound.host = host.data();
    bound.port = static_cast<std::uint16_t>(std::stoul(port.data()));
    return bound;
}

Result<> take_socket(int descriptor, std::string_view name, InheritedSockets& sockets) {
    const std::string shown = "the socket " + in_quotes(name, 60);
    if (name != "sns" && name != "api")
        return refuse_socket(shown + " has an unknown name",
                             "set FileDescriptorName=sns or =api in its unit");
    if (::sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
        return refuse_socket(shown + " is not a listening stream socket",
                             "use ListenStream= and Accept=no in its unit");
    std::optional<ListenAddress>& address = name == "sns" ? sockets.sns : sockets.api;
    if (address)
        return refuse_socket(
            shown + " is passed more than once",
            "use one ListenStream= in its unit; a port without an address serves IPv4 and IPv6");
    address = bound_address(descriptor);
    if (!address)
        return refuse_socket(shown + " is bound to an unsupported address",
                             "use ListenStream= with a port, an address and a port, or a path");
    return {};
}

// Memory allocated by sd_listen_fds_with_names(3).
class SocketNames {
  public:
    ~SocketNames() {
        if (!names_) return;
        for (char** name = names_; *name; ++name)
            std::free(*name);  // NOLINT(cppcoreguidelines-no-malloc)
        std::free(names_);     // NOLINT(cppcoreguidelines-no-malloc)
    }
    SocketNames() = default;
    SocketNames(const SocketNames&) = delete;
    SocketNames& operator=(const SocketNames&) = delete;

    char*** out() { return &names_; }
    std::string_view operator[](int index) const { return names_[index]; }

  private:
    char** names_ = nullptr;
};

}  // namespace

Result<InheritedSockets> take_inherited_sockets() {
    InheritedSockets sockets;
    SocketNames names;
    const int count = ::sd_listen_fds_with_names(1, names.out());
    if (count < 0) {
        return refuse_socket("cannot read LISTEN_FDS of systemd: " + std::generic_category().message(-count),
                             "start the service with systemd, or unset LISTEN_FDS");
    }
    for (int index = 0; index < count; ++index) {
        const Result<> taken = take_socket(kFirstDescriptor + index, names[index], sockets);
        if (!taken) return taken.error();
    }
    return sockets;
}

Result<> use_inherited(const InheritedSockets& sockets, Configuration& configuration) {
    ApiSettings& api = configuration.api;
    if (sockets.api && api.configured) {
        api.listen = *sockets.api;
        if (!api.listen.loopback() && !api.token_file)
            return refuse_socket(
                "the API socket " + in_quotes(api.listen.to_string()) +
                    " is reachable from other machines, and no token is configured",
                "set api.token_file to a file with a token, or make the socket unit listen on 127.0.0.1");
    }
    if (sockets.sns && configuration.sns) {
        SnsSettings& sns = *configuration.sns;
        sns.listen = *sockets.sns;
        if (!sns.listen.loopback() && !sns.tls)
            return refuse_socket(
                "the SNS socket " + in_quotes(sns.listen.to_string()) +
                    " is reachable from other machines, and sns.tls is off",
                "configure a certificate in sns.tls, or make the socket unit listen on 127.0.0.1");
    }
    return {};
}

std::vector<std::string> unused_sockets(const InheritedSockets& sockets, const Configuration& configuration) {
    std::vector<std::string> warnings;
    const auto warn = [&](std::string_view section, const ListenAddress& socket) {
        warnings.push_back("systemd passed the socket " + socket.to_string() +
                           ", but the configuration has no section " + std::string(section) +
                           ": connections to it are never answered; add the section, or disable " +
                           PackagedService::own().socket_unit(section));
    };
    if (sockets.sns && !configuration.sns) warn("sns", *sockets.sns);
    const ApiSettings& api = configuration.api;
    if (sockets.api && (!api.configured || api.by_default)) warn("api", *sockets.api);
    return warnings;
}

}  // namespace carecloud
