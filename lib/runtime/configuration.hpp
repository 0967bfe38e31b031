// The configuration as plain values, and its loader, which reports all problems of a file, each with its position.
//
//     LoadedConfiguration loaded = load_configuration("/etc/carecloud-syncd/config.yaml");
//     if (!loaded.ok()) { print(report(loaded.file, loaded.problems)); return 78; }
//
// A relative path of a secret (key, token, password, certificate and its key) is looked up in $CREDENTIALS_DIRECTORY
// first if it is a bare file name, then in the directory of the configuration file; any other relative path is relative
// to the directory of the configuration file. The files themselves are not opened here. Values only; thread-safe.
#pragma once

#include "model/stream.hpp"
#include "runtime/environment.hpp"
#include "runtime/findings.hpp"
#include "runtime/listen_address.hpp"
#include "runtime/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct RateSettings {
    double per_second = 5;  // requests; above 0, at most 1000
    std::uint32_t burst = 10;
    std::optional<std::uint64_t> monthly_quota;  // requests per calendar month (UTC); empty: unlimited
};

// The fixed parts of the portal's query language, if configured; see portal/query.hpp.
struct DialectSetting {
    bool modified_as_date = false;  // {"$date":…}, else the portal's text
    bool id_as_oid = false;         // {"$oid":…}, else the text
    bool keyset = true;
};

struct PortalSettings {
    std::string base_url;  // without a trailing slash
    std::string workspace_id;
    std::string bucket_id;
    std::string api_key_file;
    std::optional<std::string> ca_file;
    std::chrono::milliseconds timeout{35'000};
    std::size_t page_size = 1000;  // upper bound of Take
    std::size_t lanes = 12;        // concurrent requests of wide loads and bounded passes
    RateSettings rate;
    std::optional<DialectSetting> dialect;  // empty: auto, proven by lib/sync
};

struct ReconcileSettings {
    std::chrono::milliseconds every = std::chrono::hours{24};
    // Every key is compared at least this often, even if the counts are equal.
    std::chrono::milliseconds whole_every = std::chrono::hours{24};
    bool deep = false;
    double stop_above = 0.05;  // share of the stream's records, 0 to 1
    std::uint64_t stop_above_count = 1000;
};

struct StreamSettings {
    StreamSpec spec;  // has the portal's workspace and bucket, a canonical JSON filter and sorted fields
    std::chrono::milliseconds poll_every = std::chrono::minutes{5};
    std::chrono::milliseconds overlap = std::chrono::minutes{10};
    ReconcileSettings reconcile;
};

struct TlsFiles {
    std::string certificate;
    std::string private_key;
};

struct SnsSettings {
    ListenAddress listen;
    std::string path = "/sns";
    std::vector<std::string> topic_arns;
    bool confirm = true;
    std::optional<TlsFiles> tls;  // empty: off, behind a proxy on this machine
    // Host or host:port; empty: Amazon's, by the topic's region.
    std::vector<std::string> certificate_hosts;
    std::optional<std::string> trust_ca_file;
    std::optional<std::string> basic_auth_file;  // "user:password", which a 401 requires of SNS
};

enum class StoreKind { sqlite, postgresql };

// How long data that synchronization does not need is kept; empty: forever.
struct KeepSettings {
    using Age = std::optional<std::chrono::milliseconds>;

    Age versions = std::chrono::hours{400 * 24};  // former versions and corrections; zero: keep none
    Age changes{};                                // except the newest of each record
    Age events{};                                 // settled ones
    Age deleted{};                                // bodies of records deleted at the portal
};

struct StoreSettings {
    StoreKind kind = StoreKind::sqlite;
    std::string sqlite_path = "/var/lib/carecloud-syncd/store.db";
    std::string postgresql_url;  // without a password
    std::optional<std::string> password_file;
    std::string schema = "carecloud";  // of the PostgreSQL database
    double disk_warning = 0.1;  // free share of the SQLite file's disk below which the state is a warning
    KeepSettings keep;
};

struct ApiSettings {
    ListenAddress listen{.host = "127.0.0.1", .port = 8461, .unix_path = {}};
    std::optional<std::string> token_file;
    bool configured = false;                 // whether the API listens at all
    bool by_default = false;                 // the file does not contain the section; see listen_by_default()
    std::optional<ListenAddress> numbers{};  // also listens here, but serves only figures, to all local users
};

struct Configuration {
    PortalSettings portal;
    std::vector<StreamSettings> streams;
    std::optional<SnsSettings> sns;  // empty: poll only
    StoreSettings store;
    ApiSettings api;
    LogSettings log;
};

struct LoadedConfiguration {
    std::string file;
    Configuration configuration;          // valid if ok()
    std::vector<ConfigProblem> problems;  // by position
    std::vector<ConfigProblem> warnings;  // by position; such as an undocumented entity

    bool ok() const { return problems.empty(); }
};

// The origin of a configuration text, and its environment.
struct ConfigurationSource {
    std::string file;                 // its name in messages
    std::filesystem::path directory;  // base of relative paths
    EnvironmentLookup environment = process_environment;
};

LoadedConfiguration load_configuration(const std::string& path,
                                       const EnvironmentLookup& environment = process_environment);
LoadedConfiguration parse_configuration(std::string_view text, const ConfigurationSource& source);

// Under systemd, a configuration without the section api listens on "api.sock" in the service's runtime directory
// ($RUNTIME_DIRECTORY), accessible only to root and the socket's group. If that directory is in /run, where systemd
// creates it, and does not belong to an instance, figures are also served on 127.0.0.1:8461. Without $RUNTIME_DIRECTORY
// the settings are unchanged.
void listen_by_default(ApiSettings& api, const EnvironmentLookup& environment = process_environment);

// Formats the problems, one per line.
std::string report(std::string_view file, const std::vector<ConfigProblem>& problems);

}  // namespace carecloud
