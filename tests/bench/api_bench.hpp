// The options of api_bench, and what it measures.
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
    std::size_t requests = 20'000;  // for single records, over each number of connections
    std::size_t rounds = 3;
    std::string folder;  // where the stores are written; one of its own below it
    std::string syncd;   // the programs
    std::string ctl;
    std::string nginx;  // empty: its rows are left out
};

// None: help was asked for and printed. Throws boost::program_options::error for what cannot be understood.
std::optional<ApiOptions> read_api_options(int argc, const char* const* argv);

// How fast the change log is followed and a stream is exported, beside the sqlite3 shell that reads the same rows.
// `records`: that the store holds, each with one change. Prints a table. Throws std::runtime_error where one of them
// fails or leaves something out.
void measure_bulk_reads(const ApiOptions& options, const std::string& shape, const ApiSite& site,
                        std::size_t records);

// Requests for single records by id, beside nginx that serves a file as large.
// `ids`: of records of the site's store; `record`: one of them, for nginx. Prints a table. Throws std::runtime_error
// where an answer is no 200.
void measure_record_requests(const ApiOptions& options, const std::string& shape, const ApiSite& site,
                             const std::vector<std::string>& ids, const std::string& record);

}  // namespace carecloud::bench
