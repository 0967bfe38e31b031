// The service, composed of configuration, store, portal, engine and signals. Constructs and connects; makes no
// decisions.
#pragma once

#include "options.hpp"

namespace carecloud {

// --check: prints the meaning of the configuration to stdout, and every problem in it and its surroundings to stderr.
// Opens no connection.
ExitCode check_configuration(const Options& options);
// --new-store: removes the record that a store existed, so the next start may create one.
ExitCode allow_new_store(const Options& options);
// --copy-store and --undo-move: the result on stdout, progress and errors on stderr.
ExitCode copy_store(const Options& options);
ExitCode undo_move(const Options& options);

// Runs the service until it stops; with --once, one pass of every stream.
ExitCode run_service(const Options& options);

}  // namespace carecloud
