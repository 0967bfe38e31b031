// The options of postgres_bench, and its measurements.
#pragma once

#include "bench/dataset.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud::bench {

struct PostgresOptions {
    std::size_t light = 30'000;    // records of about 890 bytes
    std::size_t full = 6'000;      // records of about 18.9 KB
    std::size_t growth = 600'000;  // light records of the first load
    std::size_t rounds = 3;
    std::string folder;        // parent of a temporary folder for the server
    std::string node_modules;  // contains pg; empty: no Node script
};

// std::nullopt after --help, which prints the help. Throws boost::program_options::error for invalid options.
std::optional<PostgresOptions> read_postgres_options(int argc, const char* const* argv);

// Measures new and changed records of one shape: the product with and without former versions and COPY into one table,
// which take turns page by page; then a Node script. Throws std::runtime_error, like the functions below.
void measure_postgres_rates(const PostgresOptions& options, const std::string& shape, const Dataset& data,
                            const std::string& folder);

// Measures a first load of light records, compared with COPY; then pages of records that the store already holds.
void measure_postgres_growth(const PostgresOptions& options);

// Measures how long the endpoint waits for the store before it acknowledges an event: with an idle store, and while the
// full records and their corrections are written.
void measure_postgres_events(const PostgresOptions& options, const Dataset& full);

}  // namespace carecloud::bench
