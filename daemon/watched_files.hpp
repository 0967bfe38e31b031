// The files that a configuration names and whose content is in use: certificates, their keys, tokens, passwords. They
// are changed by replacing them, and taken anew without anybody's word. The portal's key has its own way: it takes no
// new engine. Used from one thread; the looks block, but are small and local.
#pragma once

#include "runtime/configuration.hpp"
#include "runtime/files.hpp"

#include <map>
#include <string>
#include <vector>

namespace carecloud {

class WatchedFiles {
  public:
    WatchedFiles() = default;
    // As they are now; made before they are read, so that no change is missed.
    explicit WatchedFiles(const Configuration& configuration);

    // Those that are others than at the last look. A missing one counts when it is back.
    std::vector<std::string> changed();

  private:
    std::map<std::string, FileStamp> stamps_;  // by path
};

}  // namespace carecloud
