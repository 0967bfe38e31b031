#include "runtime/configuration_sections.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <regex>

namespace carecloud {
namespace {

// docs: SNS topic names consist of up to 256 letters, digits, '-' and '_' (AWS "CreateTopic").
constexpr std::string_view kArnShape =
    R"(arn:aws(-[a-z]+){0,3}:sns:[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256})";
constexpr std::string_view kHostShape =
    R"(([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,20}(:[0-9]{1,5})?)";
constexpr std::size_t kValueMax = 400;  // std::regex recurses once per character

bool matches(const std::string& text, std::string_view shape) {
    return text.size() <= kValueMax && std::regex_match(text, std::regex(shape.begin(), shape.end()));
}

std::optional<std::string> as_topic_arn(const Field& field) {
    std::optional<std::string> arn = as_text(field);
    if (!arn) return std::nullopt;
    if (matches(*arn, kArnShape)) return arn;
    if (arn->ends_with(".fifo")) {
        field.problem("FIFO topics cannot deliver to HTTPS; use a standard topic");
    } else {
        field.problem(in_quotes(field.node->shown, 120) +
                      " is not a topic ARN; use arn:aws:sns:REGION:12-DIGITS:NAME");
    }
    return std::nullopt;
}

std::optional<std::string> as_host(const Field& field) {
    std::optional<std::string> host = as_text(field);
    if (!host) return std::nullopt;
    if (matches(*host, kHostShape)) {
        const std::size_t colon = host->find(':');
        if (colon == std::string::npos) return host;
        const int port = std::stoi(host->substr(colon + 1));
        if (port >= 1 && port <= 65535) return host;
    }
    field.problem(in_quotes(field.node->shown, 120) +
                  " is not a host; use host or host:port, without https:// and path");
    return std::nullopt;
}

// The valid items of a list; duplicates and an empty list are reported.
template <class Read>
std::vector<std::string> as_set(const Field& field, Read read) {
    std::vector<std::string> values;
    for (const Field& item : as_list(field)) {
        std::optional<std::string> value = read(item);
        if (!value) continue;
        if (std::find(values.begin(), values.end(), *value) != values.end()) {
            item.problem(in_quotes(item.node->shown, 120) + " is a duplicate; remove it");
        } else {
            values.push_back(std::move(*value));
        }
    }
    if (field.node->kind == YamlNode::Kind::sequence && field.node->items.empty()) {
        field.problem("the list is empty; add at least one entry");
    }
    return values;
}

std::optional<std::string> as_url_path(const Field& field) {
    std::optional<std::string> path = as_text(field);
    if (!path) return std::nullopt;
    if (path->starts_with('/') && is_printable_ascii(*path) &&
        path->find_first_of(" ?#%") == std::string::npos)
        return path;
    field.problem(in_quotes(field.node->shown) + " is not a path; it must start with '/', such as /sns");
    return std::nullopt;
}

void read_tls(const Field& field, const ConfigurationSource& source, SnsSettings& settings) {
    if (field.node->kind == YamlNode::Kind::scalar && field.node->text == "off") {
        if (!settings.listen.loopback()) {
            field.problem("tls is off, but " + in_quotes(settings.listen.to_string()) +
                          " is reachable from other machines; listen on 127.0.0.1 behind the proxy, or "
                          "configure a certificate");
        }
        return;
    }
    if (field.node->kind != YamlNode::Kind::mapping) {
        field.problem("must be 'off' or a mapping; use off, or { certificate: FILE, private_key: FILE }");
        return;
    }
    MappingReader tls(field);
    TlsFiles files;
    if (const auto f = tls.require("certificate",
                                   "set it to the PEM file with the certificate chain, or use 'tls: off'")) {
        assign(as_file(*f, FileUse::secret, source), files.certificate);  // is often next to its key
    }
    if (const auto f = tls.require("private_key", "set it to the PEM file with the key, or use 'tls: off'")) {
        assign(as_file(*f, FileUse::secret, source), files.private_key);
    }
    tls.finish();
    settings.tls = std::move(files);
}

void read_trust(const Field& field, const ConfigurationSource& source, SnsSettings& settings) {
    MappingReader trust(field);
    if (const auto f = trust.find("certificate_hosts")) {
        if (f->node->kind == YamlNode::Kind::sequence) {
            settings.certificate_hosts = as_set(*f, as_host);
        } else if (f->node->kind != YamlNode::Kind::scalar || f->node->text != "amazonaws") {
            f->problem("must be 'amazonaws' or a list of hosts; use amazonaws, or [host, host:port]");
        }
    }
    if (const auto f = trust.find("ca_file"))
        assign(as_file(*f, FileUse::plain, source), settings.trust_ca_file);
    trust.finish();
}

}  // namespace

void read_sns(const Field& field, const ConfigurationSource& source, SnsSettings& settings) {
    MappingReader sns(field);
    // A loopback address: if the address itself is invalid, no problem of tls is reported in addition.
    settings.listen.host = "localhost";
    if (const auto f = sns.require("listen", "set it to the address to listen on, such as 0.0.0.0:8443")) {
        assign(as_listen_address(*f, false), settings.listen);
    }
    if (const auto f = sns.find("path")) assign(as_url_path(*f), settings.path);
    if (const auto f = sns.require("topic_arns", "set it to [ \"arn:aws:sns:REGION:12-DIGITS:NAME\" ]")) {
        settings.topic_arns = as_set(*f, as_topic_arn);
    }
    if (const auto f = sns.find("confirm")) assign(as_bool(*f), settings.confirm);
    if (const auto f =
            sns.require("tls", "set it to { certificate: FILE, private_key: FILE }, or off behind a proxy")) {
        read_tls(*f, source, settings);
    }
    if (const auto f = sns.find("trust")) read_trust(*f, source, settings);
    if (const auto f = sns.find("basic_auth_file")) {
        assign(as_file(*f, FileUse::secret, source), settings.basic_auth_file);
    }
    sns.finish();
}

}  // namespace carecloud
