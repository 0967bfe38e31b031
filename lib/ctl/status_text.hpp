// The answer of /v1/status as a person wants it.
//
// Pure; nlohmann's exception where it is of another shape.
#pragma once

#include "ctl/ctl_output.hpp"
#include "ctl/daemon_client.hpp"

#include <string>

namespace carecloud {

std::string status_text(const CtlJson& status, const CtlOutput& paint);

}  // namespace carecloud
