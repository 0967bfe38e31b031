// carecloud-portal: the loopback portal as a program. It reads its options, fills the model, listens, and reports its
// addresses.
#include "portal/portal_certificates.hpp"
#include "portal/portal_edit.hpp"
#include "portal/portal_options.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sysexits.h>
#include <system_error>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace {

using namespace carecloud;

int complain(const Error& error, int exit_code) {
    std::cerr << "carecloud-portal: " << error.message() << "\n";
    return exit_code;
}

// Written atomically: a program that waits for the file may read it as soon as it exists.
Result<> write_whole_file(const char* what, const std::string& path, const std::string& text) {
    const std::string temporary = path + ".new";
    std::ofstream file(temporary, std::ios::trunc);
    file << text;
    file.close();
    std::error_code failure;
    if (file) std::filesystem::rename(temporary, path, failure);
    if (file && !failure) return {};
    return Error{ErrorCode::store_failed, what, path, "its directory must exist and be writable"};
}

std::string port_text(const PortalServer& server, const std::string& ca_file) {
    nlohmann::ordered_json json{
        {"pid", ::getpid()}, {"port", server.port()}, {"base_url", server.base_url()}};
    json["control_port"] = server.control_port();
    json["control_url"] = server.control_url();
    json["ca_file"] = ca_file;
    if (!server.sns_url().empty()) json["sns_url"] = server.sns_url();
    return json.dump() + "\n";
}

Result<> read_documents(const DocumentsFile& documents, PortalModel& model) {
    std::ifstream lines(documents.path);
    if (!lines)
        return Error{ErrorCode::invalid_argument, "read the documents", documents.path, "no such file"};
    for (std::string line; std::getline(lines, line);) {
        auto put = model.put(documents.entity, std::move(line));
        if (!put) return put;
    }
    return {};
}

Result<> fill_model(const PortalProgram& program, PortalModel& model) {
    for (const std::string& entity : program.entities) {
        RecordOptions options = program.record;
        options.entity = entity;
        auto filled = fill(model, options, program.records);
        if (!filled) return filled;
    }
    for (const DocumentsFile& documents : program.documents) {
        auto read = read_documents(documents, model);
        if (!read) return read;
    }
    return {};
}

// The CA first: a program that waits for the port file may need it.
Result<> write_files(const PortalProgram& program, const PortalServer& server, const std::string& ca_file) {
    Result<> written;
    if (!program.sns_ca_out.empty())
        written =
            write_whole_file("write the SNS CA certificate", program.sns_ca_out, server.sns_authority());
    if (written && !program.port_file.empty())
        written = write_whole_file("write the port file", program.port_file, port_text(server, ca_file));
    return written;
}

void greet(const PortalProgram& program, const PortalServer& server) {
    std::cerr << "carecloud-portal: a loopback portal for tests, with invented records, at "
              << server.base_url();
    if (!server.control_url().empty()) std::cerr << ", control at " << server.control_url();
    if (!server.sns_url().empty())
        std::cerr << ", SNS at " << server.sns_url() << " for " << program.server.sns->publisher.topic_arn;
    std::cerr << (program.server.service.gateway.api_key.empty() ? "; any API key is accepted\n" : "\n");
}

int serve(PortalProgram program) {
    std::string ca_file;
    if (!program.tls_directory.empty()) {
        const auto files = make_certificates(program.tls_directory, program.tls_hosts);
        if (!files) return complain(files.error(), EX_CANTCREAT);
        program.server.tls = PortalTls{files->certificate_file, files->key_file};
        ca_file = files->ca_file;
    }
    if (program.log) program.server.service.log = [](const std::string& line) { std::cerr << line + "\n"; };
    const auto opened = PortalServer::open(program.server);
    if (!opened)
        return complain(opened.error(),
                        opened.error().code == ErrorCode::unreachable ? EX_TEMPFAIL : EX_USAGE);
    PortalServer& server = **opened;
    Result<> ready;
    server.with_service([&](PortalService& service) {
        ready = fill_model(program, service.model());
        for (const std::string& fault : program.fault_texts) {
            if (ready) ready = service.faults().set_text(fault);
        }
    });
    if (!ready) return complain(ready.error(), EX_USAGE);
    const auto written = write_files(program, server, ca_file);
    if (!written) return complain(written.error(), EX_CANTCREAT);
    greet(program, server);
    server.run();
    return EX_OK;
}

}  // namespace

int main(int argc, char** argv) {
    auto program = parse_portal_options(std::vector<std::string>(argv + 1, argv + argc));
    if (!program) return complain(program.error(), EX_USAGE);
    if (program->help) {
        std::cout << portal_help();
        return EX_OK;
    }
    if (program->version) {
        std::cout << "carecloud-portal " CARECLOUD_VERSION "\n";
        return EX_OK;
    }
    return serve(*std::move(program));
}
