// Requests for single records by id, beside nginx that serves a file as large.
#pragma once

#include "bench/api_site.hpp"

#include <string>
#include <vector>

namespace carecloud::bench {

// `ids`: of records of the site's store; `record`: one of them, for nginx. Prints a table. Throws std::runtime_error
// where an answer is no 200.
void measure_record_requests(const ApiOptions& options, const std::string& shape, const ApiSite& site,
                             const std::vector<std::string>& ids, const std::string& record);

}  // namespace carecloud::bench
