// Reads from a systemd unit, including its drop-ins, which paths its service may write and which files it receives. So
// `--check`, which runs outside the sandbox, can report what will fail inside.
//
//     const auto unit = read_service_unit("carecloud-syncd@north.service", systemd_unit_folders());
//     if (unit) why = denied_by(*unit, "/srv/carecloud");
//
// Supports only what our units use; of the specifiers, only %i. Anything else counts as allowed: no warning is better
// than a wrong one. Blocks; thread-safe.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct ServiceUnit {
    std::string name{};             // without ".service"
    std::string config{};           // FILE of ExecStart=PROGRAM --config FILE
    bool read_only_system = false;  // ProtectSystem=strict, which DynamicUser=yes implies
    bool no_home = false;           // ProtectHome=yes
    bool private_tmp = false;       // PrivateTmp=yes, which DynamicUser=yes implies
    bool unknown_paths = false;     // `writable` is incomplete
    std::vector<std::string> writable{};
    std::map<std::string, std::string> credentials{};            // LoadCredential=NAME:FILE
    std::map<std::string, std::string> encrypted_credentials{};  // LoadCredentialEncrypted=NAME:FILE
};

// The directories that systemd reads units from, in order: a file hides those with the same name in later directories.
std::vector<std::filesystem::path> systemd_unit_folders();

// std::nullopt if neither the unit nor its template is installed.
std::optional<ServiceUnit> read_service_unit(const std::string& name,
                                             const std::vector<std::filesystem::path>& folders);

// Why the service cannot store a file in `folder` (absolute), and the remedy. Empty if the unit allows it.
std::string denied_by(const ServiceUnit& unit, const std::filesystem::path& folder);

}  // namespace carecloud
