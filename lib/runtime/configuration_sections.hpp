// The readers of the configuration's sections, one source file a group. For configuration_parse.cpp alone.
#pragma once

#include "runtime/configuration.hpp"
#include "runtime/yaml_reader.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace carecloud {

// Each reads `field` into the settings; what is wrong or missing goes to the findings.
void read_portal(const Field& field, const ConfigurationSource& source, PortalSettings& settings);
void read_streams(const Field& field, const PortalSettings& portal, std::vector<StreamSettings>& streams);
void read_sns(const Field& field, const ConfigurationSource& source, SnsSettings& settings);
void read_store(const Field& field, const ConfigurationSource& source, StoreSettings& settings);
void read_api(const Field& field, const ConfigurationSource& source, ApiSettings& settings);
void read_log(const Field& field, LogSettings& settings);

// What two or more of them need.

enum class FileUse { plain, secret };
// An absolute path, by the rule of configuration.hpp.
std::optional<std::string> as_file(const Field& field, FileUse use, const ConfigurationSource& source);
std::optional<ListenAddress> as_listen_address(const Field& field, bool unix_allowed);
// https, or http to this machine; no user, query or fragment. Without the slash at its end.
std::optional<std::string> as_base_url(const Field& field);

}  // namespace carecloud
