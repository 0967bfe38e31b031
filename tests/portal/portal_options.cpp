#include "portal/portal_options.hpp"

#include "portal/portal_control.hpp"
#include "portal/portal_faults.hpp"
#include "portal/publisher_faults.hpp"
#include "portal/publisher_options.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>
#include <utility>

#include <boost/program_options.hpp>

namespace carecloud {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

po::options_description described() {
    po::options_description all("Options");
    auto add = all.add_options();
    add("listen", po::value<std::string>()->default_value("127.0.0.1:0"),
        "loopback address and port; port 0: any free port");
    add("control", po::value<std::uint16_t>(), "control port on the same address; 0: any free port");
    add("port-file", po::value<std::string>(), "write the ports to this file as JSON when listening");
    add("base-path", po::value<std::string>()->default_value("/api"), "path prefix of /appdata and /status");
    add("records", po::value<std::uint64_t>()->default_value(0), "initial records in each entity");
    add("shape", po::value<std::string>()->default_value("light"),
        "light (about 1 KB) or full (about 19 KB, signatures)");
    add("batch", po::value<std::size_t>()->default_value(400), "records that share one modified value");
    add("entity", po::value<Texts>()->default_value({"claim_attendance"}, "claim_attendance"),
        "entity to fill; repeatable");
    add("documents", po::value<Texts>()->default_value({}, ""),
        "ENTITY=FILE: additional documents, one per line, as printed by GET /records/ENTITY; repeatable");
    add("seed", po::value<std::uint64_t>()->default_value(1), "random seed of records and faults");
    add("workspace", po::value<std::string>()->default_value(RecordOptions{}.workspace_id),
        "the only workspace served");
    add("bucket", po::value<std::string>()->default_value(RecordOptions{}.bucket_id),
        "the only bucket served");
    add("api-key-file", po::value<std::string>(),
        "file with the key that requests must have; default: any key");
    add("api-key", po::value<std::string>(), "the key itself; other users can read it, use for trials only");
    add("dialect", po::value<Texts>()->default_value({}, ""),
        "id=string|oid modified=string|date or=yes|no cap=N total=yes|no case=camel|pascal missing=null|404 "
        "sort=yes|no");
    add("fault", po::value<Texts>()->default_value({}, ""), "NAME:PROBABILITY; repeatable; see below");
    add("slow", po::value<double>()->default_value(60), "duration of the slow faults in seconds");
    add("latency", po::value<double>()->default_value(0), "delay of each response in seconds");
    add("concurrent", po::value<std::size_t>()->default_value(0),
        "further concurrent requests get 429; 0: no limit");
    add("rate", po::value<double>(), "requests per second; default: no limit");
    add("burst", po::value<double>()->default_value(10), "burst size, if --rate is set");
    add("quota", po::value<std::uint64_t>(), "total requests, then 429 Limit Exceeded");
    add("retry-after", po::value<unsigned>(), "Retry-After of 429 in seconds");
    add("limit-bytes", po::value<std::size_t>()->default_value(10'000'000),
        "largest response before gzip; 0: no limit");
    add("too-large-status", po::value<int>()->default_value(413),
        "status of responses beyond that: 413, 500, 502");
    add("list-bytes", po::value<std::size_t>()->default_value(0),
        "silently end a list at this many bytes; 0: never");
    add("no-gzip", "never compress");
    add("cache-mb", po::value<std::size_t>()->default_value(0),
        "cache responses until data change, for benchmarks");
    add("tls-dir", po::value<std::string>(), "HTTPS with a new CA, written to this directory (ca.pem)");
    add("tls-host", po::value<Texts>()->default_value({"127.0.0.1", "localhost"}, "127.0.0.1, localhost"),
        "names in that certificate; repeatable");
    add("tls-cert", po::value<std::string>(), "HTTPS with this PEM certificate chain");
    add("tls-key", po::value<std::string>(), "private key of --tls-cert");
    describe_publisher(all);
    add("log", "log each request and delivery to stderr");
    add("version", "print the version and exit");
    add("help", "print this help and exit");
    return all;
}

Error usage(std::string subject, std::string hint) {
    return {ErrorCode::invalid_argument, "read the command line", std::move(subject), std::move(hint)};
}

Result<> read_listen(const std::string& text, PortalServerSettings& server) {
    const std::size_t colon = text.rfind(':');
    const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), server.port);
    if (port.empty() || error != std::errc{} || end != port.data() + port.size()) {
        return usage("--listen " + text, "write ADDRESS:PORT, such as 127.0.0.1:8470");
    }
    server.address = text.substr(0, colon);
    if (server.address.starts_with('[') && server.address.ends_with(']')) {
        server.address = server.address.substr(1, server.address.size() - 2);
    }
    return {};
}

Result<std::string> read_key_file(const std::string& path) {
    std::ifstream file(path);
    std::string key((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    while (!key.empty() && (key.back() == '\n' || key.back() == '\r'))
        key.pop_back();
    if (!file || key.empty())
        return usage("--api-key-file " + path, "must be a readable file that contains the key");
    return key;
}

// The values of a repeatable option.
Texts texts(const po::variables_map& given, const char* name) {
    return given[name].as<Texts>();
}

template <class T>
void read_optional(const po::variables_map& given, const char* name, std::optional<T>& value) {
    if (given.count(name) != 0) value = given[name].as<T>();
}

Result<> read_model(const po::variables_map& given, ModelSettings& model) {
    for (const std::string& dialect : texts(given, "dialect")) {
        auto changed = with_dialect(model, dialect);
        if (!changed) return changed.error();
        model = *std::move(changed);
    }
    model.workspace_id = given["workspace"].as<std::string>();
    model.bucket_id = given["bucket"].as<std::string>();
    model.response_limit_bytes = given["limit-bytes"].as<std::size_t>();
    model.too_large_status = given["too-large-status"].as<int>();
    model.list_bytes = given["list-bytes"].as<std::size_t>();
    if (model.too_large_status >= 400 && model.too_large_status <= 599) return {};
    return usage("--too-large-status", "must be a status from 400 to 599");
}

Result<> read_gateway(const po::variables_map& given, GatewaySettings& gateway) {
    read_optional(given, "rate", gateway.per_second);
    read_optional(given, "quota", gateway.quota);
    read_optional(given, "retry-after", gateway.retry_after_s);
    gateway.burst = given["burst"].as<double>();
    if ((gateway.per_second && !(*gateway.per_second > 0)) || !(gateway.burst >= 1)) {
        return usage("--rate, --burst", "the rate must be above 0, the burst at least 1");
    }
    if (given.count("api-key") != 0) gateway.api_key = given["api-key"].as<std::string>();
    if (given.count("api-key-file") == 0) return {};
    if (given.count("api-key") != 0) return usage("--api-key", "specify either --api-key or --api-key-file");
    auto key = read_key_file(given["api-key-file"].as<std::string>());
    if (!key) return key.error();
    gateway.api_key = *std::move(key);
    return {};
}

Result<> read_records(const po::variables_map& given, PortalProgram& program) {
    const auto shape = record_shape_from(given["shape"].as<std::string>());
    if (!shape) return usage("--shape", "must be light or full");
    program.record.shape = *shape;
    program.record.batch = given["batch"].as<std::size_t>();
    if (program.record.batch == 0) return usage("--batch", "must be at least 1");
    program.record.seed = program.server.service.seed;
    program.record.workspace_id = given["workspace"].as<std::string>();
    program.record.bucket_id = given["bucket"].as<std::string>();
    program.records = given["records"].as<std::uint64_t>();
    program.entities = texts(given, "entity");
    for (const std::string& text : texts(given, "documents")) {
        const std::size_t equals = text.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
            return usage("--documents " + text,
                         "write ENTITY=FILE, such as claim_attendance=documents.ndjson");
        program.documents.push_back({text.substr(0, equals), text.substr(equals + 1)});
    }
    return {};
}

Result<> read_faults(const po::variables_map& given, PortalProgram& program) {
    PortalFaults checked(0);
    program.fault_texts = texts(given, "fault");
    for (const std::string& text : program.fault_texts) {
        const auto result = checked.set_text(text);
        if (!result) return result;
    }
    const double slow_s = given["slow"].as<double>();
    if (!(slow_s >= 0 && slow_s <= 3600)) return usage("--slow", "must be from 0 to 3600 seconds");
    program.server.slow = std::chrono::milliseconds(static_cast<std::int64_t>(slow_s * 1000));
    const double latency_s = given["latency"].as<double>();
    if (!(latency_s >= 0 && latency_s <= 3600)) return usage("--latency", "must be from 0 to 3600 seconds");
    program.server.latency = std::chrono::milliseconds(static_cast<std::int64_t>(latency_s * 1000));
    program.server.concurrent_max = given["concurrent"].as<std::size_t>();
    return {};
}

Result<> read_tls(const po::variables_map& given, PortalProgram& program) {
    program.tls_hosts = texts(given, "tls-host");
    const bool certificate = given.count("tls-cert") != 0;
    if (certificate != (given.count("tls-key") != 0))
        return usage("--tls-cert, --tls-key", "specify both or neither");
    if (given.count("tls-dir") != 0) program.tls_directory = given["tls-dir"].as<std::string>();
    if (certificate && !program.tls_directory.empty())
        return usage("--tls-dir", "specify either --tls-dir or --tls-cert");
    for (const std::string& host : program.tls_hosts) {
        if (host.empty() || host.find_first_of(", \n") != std::string::npos)
            return usage("--tls-host", "specify one host per option");
    }
    if (certificate)
        program.server.tls =
            PortalTls{given["tls-cert"].as<std::string>(), given["tls-key"].as<std::string>()};
    return {};
}

std::string fault_lines(std::span<const FaultName> faults) {
    constexpr std::size_t name_width = 22;
    std::string lines;
    for (const FaultName& fault : faults) {
        lines.append("  ").append(fault.name);
        lines.append(name_width - std::min(name_width - 1, fault.name.size()), ' ')
            .append(fault.what)
            .append("\n");
    }
    return lines;
}

Result<PortalProgram> read_all(const po::variables_map& given) {
    PortalProgram program;
    program.help = given.count("help") != 0;
    program.version = given.count("version") != 0;
    program.log = given.count("log") != 0;
    ServiceSettings& service = program.server.service;
    service.seed = given["seed"].as<std::uint64_t>();
    service.base_path = given["base-path"].as<std::string>();
    service.gzip = given.count("no-gzip") == 0;
    service.cache_bytes = given["cache-mb"].as<std::size_t>() << 20;
    program.server.stop_on_signals = true;
    program.server.control = given.count("control") != 0;
    if (program.server.control) program.server.control_port = given["control"].as<std::uint16_t>();
    if (given.count("port-file") != 0) program.port_file = given["port-file"].as<std::string>();
    auto result = read_listen(given["listen"].as<std::string>(), program.server);
    if (result) result = read_model(given, service.model);
    if (result) result = read_gateway(given, service.gateway);
    if (result) result = read_records(given, program);
    if (result) result = read_faults(given, program);
    if (result) result = read_tls(given, program);
    if (!result) return result.error();
    auto publisher = read_publisher(given);
    if (!publisher) return publisher.error();
    program.server.sns = std::move(publisher->sns);
    program.sns_ca_out = std::move(publisher->ca_out);
    return program;
}

}  // namespace

Result<PortalProgram> parse_portal_options(const std::vector<std::string>& arguments) {
    const po::options_description all = described();
    po::variables_map given;
    try {
        po::store(po::command_line_parser(arguments).options(all).positional({}).run(), given);
        po::notify(given);
    } catch (const po::error& error) {
        return usage(error.what(), "see --help");
    }
    return read_all(given);
}

std::string portal_help() {
    std::ostringstream text;
    text << "carecloud-portal: a loopback portal for trying and testing carecloud-syncd.\n"
            "It is NOT the CareCloud Portal: its records are invented, and it is reachable\n"
            "from this machine only.\n\n"
         << described() << "\nFaults:\n";
    text << fault_lines(fault_names()) << "\nFaults of SNS messages:\n"
         << fault_lines(publisher_fault_names());
    text << "\nControl port:\n"
         << control_help()
         << "\nExit codes: 0 success, 64 usage error, 73 cannot write a file, 75 cannot listen.\n";
    return text.str();
}

}  // namespace carecloud
