#include "open_store.hpp"

#include "store/sqlite/open.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <filesystem>

namespace carecloud {
namespace {

// StateDirectory= of the packaged unit.
constexpr const char* kPackagedState = "/var/lib/carecloud-syncd";

SqliteSettings store_settings(const Configuration& configuration) {
    return SqliteSettings{.path = configuration.store.sqlite_path,
                          .marker = store_markers(configuration, process_environment).front()};
}

}  // namespace

Result<std::unique_ptr<StoreHandle>> open_store(const Configuration& configuration, Clock& clock) {
    return open_sqlite_store(store_settings(configuration), clock);
}

Result<std::optional<StreamState>> peek_stream(const Configuration& configuration,
                                               const std::string& stream) {
    return peek_stream(store_settings(configuration), stream);
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
