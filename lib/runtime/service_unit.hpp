// What a systemd unit allows its service to write to and which files it passes on, its drop-ins included: so that
// `--check`, which runs outside of the sandbox, can report what will fail inside of it.
//
//     const auto unit = read_service_unit("carecloud-syncd.service", systemd_unit_folders());
//     if (unit) why = denied_by(*unit, "/srv/carecloud");
//
// Understands what our unit uses. What it does not understand (specifiers such as %h) counts as allowed: better no
// warning than a false one. Blocks; safe on any thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct ServiceUnit {
    std::string config{};           // FILE of ExecStart=PROGRAM --config FILE
    bool read_only_system = false;  // ProtectSystem=strict, which DynamicUser=yes implies
    bool no_home = false;           // ProtectHome=yes
    bool private_tmp = false;       // PrivateTmp=yes, which DynamicUser=yes implies
    bool unknown_paths = false;     // some of `writable` are missing
    std::vector<std::string> writable{};
    std::map<std::string, std::string> credentials{};            // LoadCredential=NAME:FILE
    std::map<std::string, std::string> encrypted_credentials{};  // LoadCredentialEncrypted=NAME:FILE
};

// Where systemd reads units from, in its order: a file hides those of its name in the folders after it.
std::vector<std::filesystem::path> systemd_unit_folders();

// None: no such unit is installed.
std::optional<ServiceUnit> read_service_unit(const std::string& name,
                                             const std::vector<std::filesystem::path>& folders);

// Why the service cannot keep a file in `folder` (absolute), and the remedy. Empty: the unit allows it.
std::string denied_by(const ServiceUnit& unit, const std::filesystem::path& folder);

}  // namespace carecloud
