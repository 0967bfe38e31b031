#include "store/postgres/settings.hpp"

#include "base/loopback.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <pwd.h>
#include <unistd.h>

#include <libpq-fe.h>

namespace carecloud {
namespace {

constexpr const char* kDefaultSocketFolder = "/var/run/postgresql";
// The file of Debian's ca-certificates. libpq's own default is a file in the user's home folder.
constexpr const char* kSystemCertificates = "/etc/ssl/certs/ca-certificates.crt";

using UrlValues = std::map<std::string, std::string>;

Error invalid_url(std::string subject, std::string hint) {
    return {.code = ErrorCode::config_invalid,
            .operation = "read store.url",
            .subject = std::move(subject),
            .hint = std::move(hint)};
}

// libpq's message is not shown: it may quote the URL with its password.
Result<UrlValues> url_values(const std::string& url) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
    if (!options) {
        return invalid_url("it is not a valid PostgreSQL URL",
                           "write it as postgresql://USER@HOST:PORT/DATABASE, with special characters "
                           "percent-encoded");
    }
    UrlValues values;
    for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
        if (option->val && *option->val) values[option->keyword] = option->val;
    }
    return values;
}

std::optional<Error> refuse_values(const UrlValues& values) {
    static constexpr std::array supported{
        "host",        "port",    "dbname", "user",   "sslmode",
        "sslrootcert", "sslcert", "sslkey", "sslcrl", "target_session_attrs"};
    if (values.contains("password") || values.contains("sslpassword")) {
        return invalid_url("it contains a password",
                           "remove the password from the URL and set store.password_file");
    }
    for (const auto& [name, value] : values) {
        if (std::find(supported.begin(), supported.end(), name) == supported.end())
            return invalid_url("the parameter " + name + " is not supported", "remove it");
    }
    const auto attributes = values.find("target_session_attrs");
    if (attributes != values.end() && attributes->second != "read-write" && attributes->second != "primary") {
        return invalid_url("target_session_attrs must be read-write", "remove the parameter");
    }
    return std::nullopt;
}

// Splits a list at its commas; keeps empty elements.
std::vector<std::string> split(const std::string& list) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0;;) {
        const std::size_t comma = list.find(',', begin);
        parts.push_back(list.substr(begin, comma - begin));
        if (comma == std::string::npos) return parts;
        begin = comma + 1;
    }
}

Result<std::vector<PostgresHost>> hosts_of(UrlValues& values) {
    const std::vector<std::string> names = split(values["host"]);
    const std::vector<std::string> ports = split(values["port"]);
    if (ports.size() != 1 && ports.size() != names.size())
        return invalid_url("the number of ports differs from the number of hosts", "write each as HOST:PORT");
    std::vector<PostgresHost> hosts;
    for (std::size_t i = 0; i < names.size(); ++i) {
        PostgresHost host{.name = names[i].empty() ? kDefaultSocketFolder : names[i]};
        const std::string& port = ports.size() == 1 ? ports[0] : ports[i];
        const char* const end = port.data() + port.size();
        if (!port.empty()) {
            const auto [read, failure] = std::from_chars(port.data(), end, host.port);
            if (failure != std::errc() || read != end || host.port == 0)
                return invalid_url("a port is not a number from 1 to 65535", "");
        }
        hosts.push_back(std::move(host));
    }
    return hosts;
}

// libpq's default: the name of the process's user.
std::string own_user() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return found ? found->pw_name : "";
}

std::optional<Error> set_encryption(PostgresSettings& settings, const UrlValues& values) {
    const bool local = std::all_of(settings.hosts.begin(), settings.hosts.end(),
                                   [](const PostgresHost& host) { return host.is_local(); });
    if (settings.sslmode.empty()) settings.sslmode = local ? "prefer" : "verify-full";
    const bool checked = settings.sslmode == "verify-full" || settings.sslmode == "verify-ca";
    if (!local && !checked) {
        return invalid_url("sslmode=" + settings.sslmode +
                               " does not verify the identity of a host that is not this machine",
                           "use sslmode=verify-full, the default, with sslrootcert=FILE for a private "
                           "certificate authority");
    }
    if (checked && !values.contains("sslrootcert")) settings.sslrootcert = kSystemCertificates;
    return std::nullopt;
}

}  // namespace

bool PostgresHost::is_local() const {
    return name.starts_with('/') || is_loopback_host(name);
}

std::string PostgresHost::text() const {
    if (name.starts_with('/')) return name + "/.s.PGSQL." + std::to_string(port);
    const bool is_v6 = name.find(':') != std::string::npos;
    return (is_v6 ? "[" + name + "]" : name) + ":" + std::to_string(port);
}

std::string PostgresSettings::text() const {
    std::string all = "schema " + schema + " of database " + database + " at ";
    for (std::size_t i = 0; i < hosts.size(); ++i)
        all += (i > 0 ? ", " : "") + hosts[i].text();
    return all;
}

bool is_postgres_url(std::string_view url) {
    return url.starts_with("postgresql:") || url.starts_with("postgres:");
}

Result<PostgresSettings> parse_postgres_url(const std::string& url) {
    auto values = url_values(url);
    if (!values) return values.error();
    if (auto refused = refuse_values(*values)) return *refused;
    auto hosts = hosts_of(*values);
    if (!hosts) return hosts.error();
    const auto value = [&](const char* name) { return values->contains(name) ? values->at(name) : ""; };
    PostgresSettings settings{.hosts = std::move(*hosts),
                              .database = value("dbname"),
                              .user = value("user"),
                              .sslmode = value("sslmode"),
                              .sslrootcert = value("sslrootcert"),
                              .sslcert = value("sslcert"),
                              .sslkey = value("sslkey"),
                              .sslcrl = value("sslcrl")};
    if (settings.user.empty()) settings.user = own_user();
    if (settings.database.empty()) settings.database = settings.user;
    if (auto refused = set_encryption(settings, *values)) return *refused;
    return settings;
}

}  // namespace carecloud
