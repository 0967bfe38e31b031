// Where carecloudctl finds the daemon, and by which token: the command line says it, else the daemon's configuration,
// else where the packaged service listens.
//
// Reads files, connects to nobody.
#pragma once

#include "ctl/command_line.hpp"
#include "ctl/daemon_client.hpp"

namespace carecloud {

inline constexpr const char* kUsualConfiguration = "/etc/carecloud-syncd/config.yaml";
inline constexpr const char* kUsualSocket = "/run/carecloud-syncd/api.sock";

// A usual configuration that is not there, or cannot be used, is passed over; one that --config names is a failure
// (usage).
CtlResult<DaemonAddress> find_daemon(const CommandLine& line);

}  // namespace carecloud
