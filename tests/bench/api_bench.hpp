// The options of api_bench, and its measurements.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace carecloud::bench {

class ApiSite;

struct ApiOptions {
    std::size_t light = 100'000;    // records of about 890 bytes
    std::size_t full = 10'000;      // records of about 18.9 KB
    std::size_t requests = 20'000;  // for single records, for each number of connections
    std::size_t rounds = 3;
    std::string folder;  // parent of a temporary folder for the stores
    std::string syncd;   // the programs
    std::string ctl;
    std::string nginx;  // empty: without its rows
};

// Empty after --help, which prints the help. Throws boost::program_options::error for invalid options.
std::optional<ApiOptions> read_api_options(int argc, const char* const* argv);

// The rates of following the change log and of exporting a stream, compared with the sqlite3 shell that reads the same
// rows. `records`: the number of records in the store, each with one change. Prints a table. Throws std::runtime_error
// if one of them fails or omits something.
void measure_bulk_reads(const ApiOptions& options, const std::string& shape, const ApiSite& site,
                        std::size_t records);

// Requests for single records by id, compared with nginx serving a file of the same size. `ids`: records in the site's
// store; `record`: one of them, for nginx. Prints a table. Throws std::runtime_error for a response other than 200.
void measure_record_requests(const ApiOptions& options, const std::string& shape, const ApiSite& site,
                             const std::vector<std::string>& ids, const std::string& record);

}  // namespace carecloud::bench
