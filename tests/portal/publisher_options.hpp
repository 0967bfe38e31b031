// The SNS options of carecloud-portal: all options that begin with --sns.
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
    std::optional<PortalSns> sns{};  // empty: no such option was given
    std::string ca_out{};            // where to write the authority's certificate; empty: nowhere
};

void describe_publisher(boost::program_options::options_description& all);
// Error: invalid_argument, worded for the operator.
Result<PublisherOptions> read_publisher(const boost::program_options::variables_map& given);

}  // namespace carecloud
