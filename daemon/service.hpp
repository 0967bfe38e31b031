// The daemon put together: configuration, store, portal, engine, signals. Constructs and wires, decides
// nothing.
#pragma once

#include "options.hpp"

namespace carecloud {

// --check: says on stdout what the configuration means, and on stderr every problem of it and of its surroundings.
// Opens no connection.
ExitCode check_configuration(const Options& options);
// --new-store: forgets that there was a store, so that the next start may create one.
ExitCode allow_new_store(const Options& options);

// Runs the service, or with --once one pass of every stream, to its end.
ExitCode run_service(const Options& options);

}  // namespace carecloud
