// Readers of the configuration's sections, one source file per group. Only for configuration_parse.cpp.
#pragma once

#include "runtime/configuration.hpp"
#include "runtime/yaml_reader.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace carecloud {

// Each reads `field` into the settings, and adds problems to the findings.
void read_portal(const Field& field, const ConfigurationSource& source, PortalSettings& settings);
void read_streams(const Field& field, const PortalSettings& portal, std::vector<StreamSettings>& streams);
void read_sns(const Field& field, const ConfigurationSource& source, SnsSettings& settings);
void read_store(const Field& field, const ConfigurationSource& source, StoreSettings& settings);
void read_api(const Field& field, const ConfigurationSource& source, ApiSettings& settings);
void read_log(const Field& field, LogSettings& settings);

// Shared by several sections.

enum class FileUse { plain, secret };
// Returns an absolute path, by the rules in configuration.hpp.
std::optional<std::string> as_file(const Field& field, FileUse use, const ConfigurationSource& source);
std::optional<ListenAddress> as_listen_address(const Field& field, bool unix_allowed);
// https, or http to this machine; no user, query or fragment. The result has no trailing slash.
std::optional<std::string> as_base_url(const Field& field);

}  // namespace carecloud
