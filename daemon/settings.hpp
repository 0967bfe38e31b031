// Everything that depends on one configuration: its values, the portal with its key, and the stamps of its files. A
// reload replaces all of it. I/O thread only.
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

// The files in use that a configuration names: certificates, their keys, tokens, passwords. They are changed by
// replacing them; the new content is used without a reload. The portal's key is not included: it needs no new engine.
// The checks block, but the files are small and local.
class WatchedFiles {
  public:
    WatchedFiles() = default;
    // Stamps the files as they are now. Construct this before reading them, so no change is missed.
    explicit WatchedFiles(const Configuration& configuration);

    // The files that have changed since the last call. A missing file is ignored until it is back.
    std::vector<std::string> changed();

  private:
    std::map<std::string, FileStamp> stamps_;  // by path
};

struct Settings {
    Configuration configuration;
    std::unique_ptr<HttpPortal> portal;
    WatchedFiles files;
};

// The settings in use, and after a reload those that follow once the engine has stopped.
struct CurrentSettings {
    Settings now;
    std::optional<Settings> next{};
};

// From a configuration as it was read; adds the sockets from systemd. Errors: config_invalid invalid_argument.
Result<Settings> prepare_settings(Configuration configuration, const InheritedSockets& sockets,
                                  Process& process);
// From a complete configuration, with the current content of its files. Errors: as prepare_settings().
Result<Settings> make_settings(Configuration configuration, Process& process);

// `before`: what the previous engine has learned of the portal and of events.
EngineSettings engine_settings(const Configuration& configuration, const EngineSlot& before);

}  // namespace carecloud
