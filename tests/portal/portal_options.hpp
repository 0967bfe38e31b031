// The command line of carecloud-portal.
#pragma once

#include "base/error.hpp"
#include "portal/portal_server.hpp"
#include "portal/records.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace carecloud {

// Initial documents, one per line, as GET /records/ENTITY shows them.
struct DocumentsFile {
    std::string entity;
    std::string path;
};

struct PortalProgram {
    PortalServerSettings server{};
    std::vector<std::string> fault_texts{};  // as given, already checked
    std::vector<std::string> entities{};     // entities to be filled
    std::uint64_t records = 0;               // in each of them
    RecordOptions record{};
    std::vector<DocumentsFile> documents{};  // read after the records were generated
    std::string port_file{};
    std::string tls_directory{};  // where to create the certificates; empty: none
    std::vector<std::string> tls_hosts{};
    std::string sns_ca_out{};  // where to write SNS's authority; empty: nowhere
    bool log = false;
    bool help = false;
    bool version = false;
};

// Error: invalid_argument, worded for the operator; the program then exits with 64 (sysexits EX_USAGE).
Result<PortalProgram> parse_portal_options(const std::vector<std::string>& arguments);

std::string portal_help();

}  // namespace carecloud
