// Reads a store's tables by plain SQL on a connection of its own, as any program of an operator might while
// the daemon runs: so the contract also holds the schema's public names.
#pragma once

#include "support/memory_store/store_content.hpp"

#include <string>

namespace carecloud {

// Throws std::runtime_error.
StoreContent read_sqlite(const std::string& path);

}  // namespace carecloud
