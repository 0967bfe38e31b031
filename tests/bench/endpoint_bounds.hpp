// What bounds an endpoint that verifies each message and makes it durable before it answers: the disk's commits and the
// signature checks of one core.
#pragma once

#include "portal/publisher_identity.hpp"
#include "portal/publisher_load.hpp"

#include <string>
#include <vector>

namespace carecloud::bench {

// One row of `events` a transaction, with the product's schema and pragmas: commits a second, over some seconds.
// Bodies are the messages' own. The database is made at `path`. Throws std::runtime_error.
double single_row_commits(const std::string& path, const std::vector<LoadMessage>& messages);

// On one core: of each, so many a second of CPU.
struct CheckRates {
    double parse = 0;   // reading a message, without verifying it
    double verify = 0;  // checking its signature
};
// Of RSA 2048 signatures of that version. Throws std::runtime_error.
CheckRates signature_checks(const std::shared_ptr<const PublisherIdentity>& identity,
                            const std::string& sns_url, int version);

}  // namespace carecloud::bench
