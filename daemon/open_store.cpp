#include "open_store.hpp"

#include "base/packaged_service.hpp"
#include "runtime/files.hpp"
#include "store/moving/postgres_side.hpp"
#include "store/moving/sqlite_side.hpp"
#include "store/postgres/open_postgres.hpp"
#include "store/sqlite/open.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <filesystem>
#include <utility>

namespace carecloud {
namespace {

bool keeps_versions(const Configuration& configuration) {
    return configuration.store.keep.versions != std::chrono::milliseconds(0);
}

bool is_postgresql(const Configuration& configuration) {
    return configuration.store.kind == StoreKind::postgresql;
}

Result<PostgresSettings> postgres_settings(const Configuration& configuration) {
    auto settings = parse_postgres_url(configuration.store.postgresql_url);
    if (!settings) return settings.error();
    settings->schema = configuration.store.schema;
    settings->keep_versions = keeps_versions(configuration);
    if (const auto& file = configuration.store.password_file)
        settings->password = [path = *file] { return read_secret_file(path); };
    return settings;
}

SqliteSettings store_settings(const Configuration& configuration) {
    return SqliteSettings{.path = configuration.store.sqlite_path,
                          .keep_versions = keeps_versions(configuration),
                          .marker = store_markers(configuration, process_environment).front()};
}

}  // namespace

KeepLimits keep_limits(const Configuration& configuration, Timestamp now) {
    const auto before = [now](const KeepSettings::Age& age) {
        return age ? std::optional(now - *age) : std::nullopt;
    };
    const KeepSettings& keep = configuration.store.keep;
    return {.versions = before(keep.versions),
            .changes = before(keep.changes),
            .events = before(keep.events),
            .deleted = before(keep.deleted),
            .keep_versions = keeps_versions(configuration)};
}

Result<std::unique_ptr<StoreHandle>> open_store(const Configuration& configuration, Clock& clock) {
    if (!is_postgresql(configuration)) return open_sqlite_store(store_settings(configuration), clock);
    const auto settings = postgres_settings(configuration);
    if (!settings) return settings.error();
    return open_postgres_store(*settings, clock);
}

Result<std::unique_ptr<MovingSide>> open_moving_side(const Configuration& configuration,
                                                     const std::string& address, bool may_create,
                                                     Clock& clock) {
    using Side = std::unique_ptr<MovingSide>;
    Configuration there = configuration;
    if (is_postgres_url(address)) {
        there.store.postgresql_url = address;
        const auto settings = postgres_settings(there);
        if (!settings) return settings.error();
        auto side = PostgresSide::open(*settings);
        if (!side) return side.error();
        return Side(std::move(*side));
    }
    const std::size_t path = address.starts_with("sqlite:///") ? 9 : address.starts_with("sqlite:") ? 7 : 0;
    there.store.kind = StoreKind::sqlite;
    there.store.sqlite_path = address.substr(path);
    if (!there.store.sqlite_path.starts_with('/')) {
        return Error{.code = ErrorCode::invalid_argument,
                     .operation = "open store",
                     .subject = "neither an absolute path nor a URL",
                     .hint = "use sqlite:/absolute/path or postgresql://host/database"};
    }
    if (!may_create && !std::filesystem::exists(there.store.sqlite_path)) {
        return Error{.code = ErrorCode::invalid_argument,
                     .operation = "open store",
                     .subject = there.store.sqlite_path + " does not exist",
                     .hint = "check the path"};
    }
    auto side = SqliteSide::open(store_settings(there), clock);
    if (!side) return side.error();
    return Side(std::move(*side));
}

Result<std::optional<StreamState>> peek_stream(const Configuration& configuration,
                                               const std::string& stream) {
    if (!is_postgresql(configuration)) return peek_stream(store_settings(configuration), stream);
    const auto settings = postgres_settings(configuration);
    if (!settings) return settings.error();
    return peek_stream(*settings, stream);
}

Result<std::optional<VersionUse>> peek_versions(const Configuration& configuration) {
    if (!is_postgresql(configuration)) return peek_versions(store_settings(configuration));
    const auto settings = postgres_settings(configuration);
    if (!settings) return settings.error();
    return peek_versions(*settings);
}

bool is_same_store(const Configuration& a, const Configuration& b) {
    const StoreSettings& one = a.store;
    const StoreSettings& other = b.store;
    if (one.kind != other.kind) return false;
    if (one.kind == StoreKind::sqlite) return one.sqlite_path == other.sqlite_path;
    return one.postgresql_url == other.postgresql_url && one.schema == other.schema;
}

std::string store_path(const Configuration& configuration) {
    return is_postgresql(configuration) ? std::string() : configuration.store.sqlite_path;
}

std::string store_text(const Configuration& configuration) {
    if (!is_postgresql(configuration)) return configuration.store.sqlite_path;
    const auto settings = parse_postgres_url(configuration.store.postgresql_url);
    return settings ? settings->text() + ", schema " + configuration.store.schema : std::string();
}

std::vector<std::string> store_markers(const Configuration& configuration,
                                       const EnvironmentLookup& environment) {
    if (is_postgresql(configuration)) return {};
    const std::filesystem::path store = configuration.store.sqlite_path;
    const std::string folders = environment("STATE_DIRECTORY").value_or("");
    const std::filesystem::path state = folders.substr(0, folders.find(':'));
    // Not "store.db…": `rm store.db*` must not remove it.
    const std::string name = "known." + store.filename().string();
    const std::filesystem::path packaged = PackagedService::own().state_folder();
    std::vector<std::string> markers;
    for (const auto& folder : {state, store.parent_path(), packaged}) {
        if (!folder.empty()) markers.push_back((folder / name).string());
    }
    return markers;
}

}  // namespace carecloud
