#include "portal/portal_options.hpp"

#include <sstream>

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("the command line sets everything") {
    const auto program = parse_portal_options({"--listen",
                                               "[::1]:8470",
                                               "--control",
                                               "0",
                                               "--records",
                                               "20000",
                                               "--shape",
                                               "full",
                                               "--batch",
                                               "300",
                                               "--entity",
                                               "claim",
                                               "--entity",
                                               "note",
                                               "--documents",
                                               "note=notes.ndjson",
                                               "--seed",
                                               "7",
                                               "--workspace",
                                               "w",
                                               "--bucket",
                                               "b",
                                               "--api-key",
                                               "k",
                                               "--dialect",
                                               "id=oid,or=no",
                                               "--dialect",
                                               "cap=100",
                                               "--fault",
                                               "429:0.05",
                                               "--fault",
                                               "cut",
                                               "--slow",
                                               "0.5",
                                               "--rate",
                                               "5",
                                               "--burst",
                                               "20",
                                               "--quota",
                                               "1000",
                                               "--retry-after",
                                               "3",
                                               "--limit-bytes",
                                               "6000000",
                                               "--too-large-status",
                                               "502",
                                               "--no-gzip",
                                               "--cache-mb",
                                               "64",
                                               "--tls-dir",
                                               "d",
                                               "--tls-host",
                                               "h",
                                               "--log",
                                               "--port-file",
                                               "p"});
    REQUIRE(program.has_value());
    const PortalServerSettings& server = program->server;
    CHECK(server.address == "::1");
    CHECK(server.port == 8470);
    CHECK(server.control);
    CHECK(server.slow == std::chrono::milliseconds(500));
    CHECK(server.service.seed == 7);
    CHECK(server.service.cache_bytes == std::size_t{64} << 20);
    CHECK_FALSE(server.service.gzip);
    CHECK(server.service.gateway.api_key == "k");
    CHECK(server.service.gateway.per_second == 5);
    CHECK(server.service.gateway.quota == 1000);
    CHECK(server.service.gateway.retry_after_s == 3);
    CHECK(dialect_text(server.service.model).starts_with("id=oid,modified=string,or=no,cap=100"));
    CHECK(server.service.model.response_limit_bytes == 6'000'000);
    CHECK(server.service.model.too_large_status == 502);
    CHECK(server.service.model.workspace_id == "w");
    CHECK(program->entities == std::vector<std::string>{"claim", "note"});
    CHECK(program->records == 20'000);
    REQUIRE(program->documents.size() == 1);
    CHECK(program->documents[0].entity == "note");
    CHECK(program->documents[0].path == "notes.ndjson");
    CHECK(program->record.shape == RecordShape::full);
    CHECK(program->record.batch == 300);
    CHECK(program->fault_texts == std::vector<std::string>{"429:0.05", "cut"});
    CHECK(program->tls_directory == "d");
    CHECK(program->tls_hosts == std::vector<std::string>{"h"});
    CHECK(program->log);
}

TEST_CASE("without options the portal runs") {
    const auto program = parse_portal_options({});
    REQUIRE(program.has_value());
    CHECK(program->server.address == "127.0.0.1");
    CHECK(program->server.port == 0);
    CHECK_FALSE(program->server.control);
    CHECK(program->entities == std::vector<std::string>{"claim_attendance"});
    CHECK(program->fault_texts.empty());
}

TEST_CASE("an invalid command line is rejected with a message") {
    using Arguments = std::vector<std::string>;
    for (const Arguments& arguments : {Arguments{"--what"},
                                       Arguments{"extra"},
                                       Arguments{"--records"},
                                       Arguments{"--records", "many"},
                                       Arguments{"--listen", "8470"},
                                       Arguments{"--listen", "127.0.0.1:x"},
                                       Arguments{"--listen", "127.0.0.1:70000"},
                                       Arguments{"--control", "99999"},
                                       Arguments{"--shape", "round"},
                                       Arguments{"--batch", "0"},
                                       Arguments{"--documents", "notes.ndjson"},
                                       Arguments{"--documents", "note="},
                                       Arguments{"--dialect", "id=uuid"},
                                       Arguments{"--fault", "nope"},
                                       Arguments{"--fault", "429:2"},
                                       Arguments{"--rate", "0"},
                                       Arguments{"--burst", "0"},
                                       Arguments{"--slow", "-1"},
                                       Arguments{"--too-large-status", "200"},
                                       Arguments{"--api-key-file", "/nonexistent/key"},
                                       Arguments{"--tls-cert", "c"},
                                       Arguments{"--tls-dir", "d", "--tls-cert", "c", "--tls-key", "k"}}) {
        CAPTURE(arguments);
        const auto program = parse_portal_options(arguments);
        REQUIRE(program.has_error());
        CHECK(program.error().code == ErrorCode::invalid_argument);
        CHECK_FALSE(program.error().message().empty());
    }
}

TEST_CASE("help names every fault and states what this program is not") {
    const std::string help = portal_help();
    CHECK(help.find("NOT the CareCloud Portal") != std::string::npos);
    CHECK(help.find("POST /generate") != std::string::npos);
    for (const FaultName& fault : fault_names())
        CHECK(help.find(fault.name) != std::string::npos);
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
        // An ellipsis is one column and three bytes.
        const std::size_t columns = line.size() - (line.find("…") == std::string::npos ? 0 : 2);
        CAPTURE(line);
        CHECK(columns <= 80);
    }
}
