#include "store/peers.hpp"

#include "model/enum_names.hpp"

namespace carecloud {
namespace {

constexpr auto kRoles = std::to_array<EnumName<DaemonRole>>({
    {DaemonRole::active, "active"},
    {DaemonRole::standby, "standby"},
});

}  // namespace

std::string_view to_string(DaemonRole role) {
    return enum_name(kRoles, role);
}

std::optional<DaemonRole> daemon_role_from(std::string_view text) {
    return enum_value<DaemonRole>(kRoles, text);
}

}  // namespace carecloud
