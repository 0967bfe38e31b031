// How fast the change log is followed and a stream is exported, beside the sqlite3 shell that reads the same rows.
#pragma once

#include "bench/api_site.hpp"

#include <cstddef>
#include <string>

namespace carecloud::bench {

// `records`: that the store holds, each with one change. Prints a table. Throws std::runtime_error where one of them
// fails or leaves something out.
void measure_bulk_reads(const ApiOptions& options, const std::string& shape, const ApiSite& site,
                        std::size_t records);

}  // namespace carecloud::bench
