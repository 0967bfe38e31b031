// What one configuration makes of the service: its values, the portal with its key, and the stamps of its files. A
// reload replaces all of it. I/O thread alone.
#pragma once

#include "portal/http/http_portal.hpp"
#include "process.hpp"
#include "runtime/configuration.hpp"
#include "runtime/files.hpp"
#include "runtime/inherited_sockets.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// The files that a configuration names and whose content is in use: certificates, their keys, tokens, passwords. They
// are changed by replacing them, and the new content is used without a reload. The portal's key is not among them: it
// needs no new engine. The checks block, but are small and local.
class WatchedFiles {
  public:
    WatchedFiles() = default;
    // As they are now; made before they are read, so that no change is missed.
    explicit WatchedFiles(const Configuration& configuration);

    // Those that changed since the last call. A missing one counts when it is back.
    std::vector<std::string> changed();

  private:
    std::map<std::string, FileStamp> stamps_;  // by path
};

struct Settings {
    Configuration configuration;
    std::unique_ptr<HttpPortal> portal;
    WatchedFiles files;
};

// Those in use, and after a reload those that follow once the engine has come to rest.
struct CurrentSettings {
    Settings now;
    std::optional<Settings> next{};
};

// From a configuration as it was read: with the sockets that systemd passed. Errors: config_invalid invalid_argument.
Result<Settings> prepare_settings(Configuration configuration, const InheritedSockets& sockets,
                                  Process& process);
// From one that is complete, with the present content of its files. Errors: as prepare_settings().
Result<Settings> make_settings(Configuration configuration, Process& process);

// `before`: what the engine before has learned of the portal and of events.
EngineSettings engine_settings(const Configuration& configuration, const EngineSlot& before);

}  // namespace carecloud
