// The command line of carecloud-portal.
#pragma once

#include "base/error.hpp"
#include "portal/portal_server.hpp"
#include "portal/records.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace carecloud {

// Documents to begin with, one a line, as GET /records/ENTITY shows them.
struct DocumentsFile {
    std::string entity;
    std::string path;
};

struct PortalProgram {
    PortalServerSettings server{};
    std::vector<std::string> fault_texts{};  // as given, already checked
    std::vector<std::string> entities{};     // to be filled
    std::uint64_t records = 0;               // in each of them
    RecordOptions record{};
    std::vector<DocumentsFile> documents{};  // read after the records were made
    std::string port_file{};
    std::string tls_directory{};  // where the certificates are to be made; empty: none are
    std::vector<std::string> tls_hosts{};
    std::string sns_ca_out{};  // where SNS's authority is to be written; empty: nowhere
    bool log = false;
    bool help = false;
    bool version = false;
};

// Error: invalid_argument in words for the operator; the program then leaves with 64 (sysexits EX_USAGE).
Result<PortalProgram> parse_portal_options(const std::vector<std::string>& arguments);

std::string portal_help();

}  // namespace carecloud
