// The command line of carecloud-portal's SNS: every option that begins with --sns.
#pragma once

#include "base/error.hpp"
#include "portal/portal_server.hpp"

#include <optional>
#include <string>

namespace boost::program_options {
class options_description;
class variables_map;
}  // namespace boost::program_options

namespace carecloud {

struct PublisherOptions {
    std::optional<PortalSns> sns{};  // none: no such option was given
    std::string ca_out{};            // where the authority's certificate is to be written; empty: nowhere
};

void describe_publisher(boost::program_options::options_description& all);
// Error: invalid_argument in words for the operator.
Result<PublisherOptions> read_publisher(const boost::program_options::variables_map& given);

}  // namespace carecloud
