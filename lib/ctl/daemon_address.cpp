#include "ctl/daemon_address.hpp"

#include "runtime/configuration.hpp"
#include "runtime/text.hpp"

#include <cerrno>
#include <unistd.h>

namespace carecloud {
namespace {

std::string url_of(const ApiSettings& api) {
    if (api.listen.is_unix() || api.listen.port == 0) return api.listen.to_string();
    ListenAddress here = api.listen;
    if (here.host == "0.0.0.0") here.host = "127.0.0.1";
    if (here.host == "::") here.host = "::1";
    return "http://" + here.to_string();
}

// Also where it may not be used: that is said when it is tried.
bool exists(const char* path) {
    return ::access(path, F_OK) == 0 || errno == EACCES;
}

}  // namespace

CtlResult<DaemonAddress> find_daemon(const CommandLine& line) {
    DaemonAddress address{.token_file = line.text("token-file"), .ca_file = line.text("ca-file")};
    if (line.has("url")) {
        address.url = line.text("url");
        return address;
    }
    const LoadedConfiguration loaded = load_configuration(line.text("config", kUsualConfiguration));
    if (!loaded.ok() && line.has("config"))
        return CtlFailure{.exit = CtlExit::usage,
                          .what = "the configuration file of --config is invalid",
                          .hint = report(printable(loaded.file), loaded.problems)};
    const ApiSettings& api = loaded.configuration.api;
    if (loaded.ok() && api.configured) {
        address.url = url_of(api);
        // One that only root may read is asked for by --token-file.
        const bool known = address.token_file.empty() && api.token_file;
        if (known && ::access(api.token_file->c_str(), R_OK) == 0) address.token_file = *api.token_file;
    } else if (exists(kUsualSocket)) {
        address.url = "unix:" + std::string(kUsualSocket);
    }
    return address;
}

}  // namespace carecloud
