// The files that systemd passes to the service as credentials (LoadCredential=, LoadCredentialEncrypted=), for --check,
// which runs outside of the service and has no $CREDENTIALS_DIRECTORY.
#pragma once

#include "runtime/configuration.hpp"
#include "runtime/service_unit.hpp"

#include <map>
#include <string>
#include <vector>

namespace carecloud {

// Replaces the name of each credential that the unit passes, in the configuration, by its source file. systemd-creds(1)
// decrypts an encrypted one to memory, never to disk; the copy exists as long as this object. Blocks.
class UnitCredentials {
  public:
    // `file`: the configuration file; a name without a folder is a file next to it.
    UnitCredentials(Configuration& configuration, const std::string& file, const ServiceUnit& unit);
    ~UnitCredentials();
    UnitCredentials(const UnitCredentials&) = delete;
    UnitCredentials& operator=(const UnitCredentials&) = delete;

    // Credentials that systemd could not pass, each with the remedy.
    const std::vector<std::string>& problems() const { return problems_; }
    // The text with the names of the encrypted files instead of those of their decrypted copies.
    std::string readable(std::string text) const;

  private:
    void use(std::string& path, const std::string& file, const ServiceUnit& unit);
    void decrypt(std::string& path, const std::string& name, const std::string& sealed);

    std::map<std::string, std::string> sealed_;  // by path of the decrypted copy
    std::vector<int> copies_;                    // their descriptors
    std::vector<std::string> problems_;
};

}  // namespace carecloud
