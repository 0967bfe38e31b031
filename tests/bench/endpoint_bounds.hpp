// The limits of an endpoint that verifies each message and makes it durable before it responds: the disk's commits, and
// the signature checks of one core.
#pragma once

#include "portal/publisher_identity.hpp"
#include "portal/publisher_load.hpp"

#include <string>
#include <vector>

namespace carecloud::bench {

// Commits per second, over some seconds, of one row of `events` per transaction, with the product's schema and pragmas.
// Bodies are those of the messages. Creates the database at `path`. Throws std::runtime_error.
double single_row_commits(const std::string& path, const std::vector<LoadMessage>& messages);

// On one core: the number per CPU second.
struct CheckRates {
    double parse = 0;   // reading a message, without verifying it
    double verify = 0;  // checking its signature
};
// For RSA 2048 signatures of this version. Throws std::runtime_error.
CheckRates signature_checks(const std::shared_ptr<const PublisherIdentity>& identity,
                            const std::string& sns_url, int version);

}  // namespace carecloud::bench
