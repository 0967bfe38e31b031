#include "base/packaged_service.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr std::size_t kInstanceNameMax = 15;
constexpr std::string_view kConfigurations = "/etc/carecloud-syncd/";
constexpr std::string_view kConfigurationName = "/config.yaml";

PackagedService& own_service() {
    static PackagedService service;
    return service;
}

}  // namespace

bool is_instance_name(std::string_view name) {
    const auto is_inner = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
    return !name.empty() && name.size() <= kInstanceNameMax &&
           std::all_of(name.begin(), name.end(), is_inner);
}

PackagedService PackagedService::of_configuration(std::string_view file) {
    if (!file.starts_with(kConfigurations) || !file.ends_with(kConfigurationName)) return {};
    file.remove_prefix(kConfigurations.size());
    if (file.size() <= kConfigurationName.size()) return {};
    file.remove_suffix(kConfigurationName.size());
    return is_instance_name(file) ? PackagedService(file) : PackagedService();
}

const PackagedService& PackagedService::own() {
    return own_service();
}

void PackagedService::choose_own(const PackagedService& service) {
    own_service() = service;
}

std::string PackagedService::socket_unit(std::string_view name) const {
    return "carecloud-syncd-" + std::string(name) + at_name() + ".socket";
}

std::string PackagedService::program() const {
    return instance_.empty() ? "carecloud-syncd" : "carecloud-syncd --config " + configuration();
}

std::string PackagedService::configuration_folder() const {
    return "/etc/carecloud-syncd" + (instance_.empty() ? "" : "/" + instance_);
}

}  // namespace carecloud
