#include "system/programs.hpp"

#include "support/sanitized.hpp"

#include <cstdlib>

namespace carecloud {
namespace {

std::string named(const char* variable, const char* built) {
    const char* const given = std::getenv(variable);
    return given ? given : built;
}

}  // namespace

std::string syncd_program() {
    return named("CARECLOUD_SYNCD", BUILT_SYNCD);
}

std::string ctl_program() {
    return named("CARECLOUD_CTL", BUILT_CTL);
}

std::string portal_program() {
    return BUILT_PORTAL;
}

bool programs_are_sanitized() {
    return kSanitized || !named("CARECLOUD_SANITIZED", "").empty();
}

}  // namespace carecloud
