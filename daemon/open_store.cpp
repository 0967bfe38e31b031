#include "open_store.hpp"

#include "store/sqlite/open.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <filesystem>

namespace carecloud {
namespace {

// StateDirectory= of the packaged unit.
constexpr const char* kPackagedState = "/var/lib/carecloud-syncd";

bool keeps_versions(const Configuration& configuration) {
    return configuration.store.keep.versions != std::chrono::milliseconds(0);
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
    return open_sqlite_store(store_settings(configuration), clock);
}

Result<std::optional<StreamState>> peek_stream(const Configuration& configuration,
                                               const std::string& stream) {
    return peek_stream(store_settings(configuration), stream);
}

Result<std::optional<VersionUse>> peek_versions(const Configuration& configuration) {
    return peek_versions(store_settings(configuration));
}

bool is_same_store(const Configuration& a, const Configuration& b) {
    return a.store.sqlite_path == b.store.sqlite_path;
}

const std::string& store_path(const Configuration& configuration) {
    return configuration.store.sqlite_path;
}

std::vector<std::string> store_markers(const Configuration& configuration,
                                       const EnvironmentLookup& environment) {
    const std::filesystem::path store = configuration.store.sqlite_path;
    const std::string folders = environment("STATE_DIRECTORY").value_or("");
    const std::filesystem::path state = folders.substr(0, folders.find(':'));
    // Not "store.db…": `rm store.db*` must not remove it.
    const std::string name = "known." + store.filename().string();
    std::vector<std::string> markers;
    for (const auto& folder : {state, store.parent_path(), std::filesystem::path(kPackagedState)}) {
        if (!folder.empty()) markers.push_back((folder / name).string());
    }
    return markers;
}

}  // namespace carecloud
