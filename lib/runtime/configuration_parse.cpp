#include "runtime/configuration.hpp"
#include "runtime/configuration_sections.hpp"
#include "runtime/files.hpp"
#include "runtime/yaml_reader.hpp"
#include "runtime/yaml_tree.hpp"

namespace carecloud {
namespace {

void read_root(const Field& field, const ConfigurationSource& source, Configuration& configuration) {
    MappingReader root(field);
    if (const auto f = root.require(
            "portal", "add a section 'portal:' with base_url, workspace_id, bucket_id and api_key_file")) {
        read_portal(*f, source, configuration.portal);
    }
    if (const auto f = root.require("streams", "add 'streams:' with at least '- entity: claim_attendance'")) {
        read_streams(*f, configuration.portal, configuration.streams);
    }
    if (root.written("sns")) {
        const auto f =
            root.require("sns", "add listen, topic_arns and tls, or remove the section sns to poll only");
        if (f) read_sns(*f, source, configuration.sns.emplace());
    }
    if (const auto f = root.find("store")) read_store(*f, source, configuration.store);
    if (const auto f = root.find("api")) read_api(*f, source, configuration.api);
    if (const auto f = root.find("log")) read_log(*f, configuration.log);
    root.finish();
    const ListenAddress& listen = configuration.api.listen;
    if (configuration.sns && listen.port != 0 && configuration.sns->listen == listen) {
        root.find("sns")->problem("sns.listen and api.listen are the same address; use different ports");
    }
}

LoadedConfiguration finished(const std::string& file, Configuration configuration, Findings findings) {
    findings.sort();
    return {file, std::move(configuration), std::move(findings.problems), std::move(findings.warnings)};
}

}  // namespace

LoadedConfiguration parse_configuration(std::string_view text, const ConfigurationSource& source) {
    Findings findings;
    Configuration configuration;
    YamlNode root;
    if (!parse_yaml(text, source.environment, findings, root))
        return finished(source.file, {}, std::move(findings));
    if (root.kind != YamlNode::Kind::mapping) {
        const bool empty = root.kind == YamlNode::Kind::null;
        findings.problem(
            {1, 1}, "",
            std::string(empty ? "the file is empty" : "the top level must be a mapping of sections") +
                "; at least the sections 'portal:' and 'streams:' are required");
    } else {
        read_root(Field{&root, {1, 1}, "", &findings}, source, configuration);
    }
    return finished(source.file, std::move(configuration), std::move(findings));
}

LoadedConfiguration load_configuration(const std::string& path, const EnvironmentLookup& environment) {
    const Result<FileText> file = read_regular_file(path, kYamlSizeMax, "read the configuration");
    if (!file) {
        Findings findings;
        findings.problem({}, "", file.error().subject + "; " + file.error().hint);
        return finished(path, {}, std::move(findings));
    }
    std::error_code ignored;
    const std::filesystem::path absolute = std::filesystem::absolute(path, ignored);
    return parse_configuration(file->text, {path, absolute.parent_path(), environment});
}

std::string report(std::string_view file, const std::vector<ConfigProblem>& problems) {
    std::string out;
    for (const ConfigProblem& problem : problems)
        out += problem.message(file) + "\n";
    return out;
}

void listen_by_default(ApiSettings& api, const EnvironmentLookup& environment) {
    const std::string folders = environment("RUNTIME_DIRECTORY").value_or("");
    if (api.configured || folders.empty()) return;
    const std::string folder = folders.substr(0, folders.find(':'));
    api.listen = ListenAddress{.host = {}, .port = 0, .unix_path = folder + "/api.sock"};
    api.configured = true;
    api.by_default = true;
    // An instance (carecloud-syncd@NAME) leaves that address to the service without a name.
    if (folder.starts_with("/run/") && folder.find('@') == std::string::npos)
        api.numbers = ApiSettings{}.listen;
}

}  // namespace carecloud
