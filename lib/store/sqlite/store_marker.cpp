#include "store/sqlite/store_marker.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace carecloud {
namespace {

std::string marked_path(const std::string& marker) {
    std::ifstream file(marker);
    std::string path;
    std::getline(file, path);
    return path;
}

}  // namespace

std::optional<Error> refuse_lost_store(const SqliteSettings& settings) {
    if (settings.marker.empty() || marked_path(settings.marker) != settings.path) return std::nullopt;
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(settings.path, missing);
    if (!missing && bytes > 0) return std::nullopt;
    return Error{.code = ErrorCode::store_corrupt,
                 .operation = "open store",
                 .subject = settings.path + " is " + (missing ? "gone" : "empty") +
                            ", and a store has been there (" + settings.marker + " says so)",
                 .hint =
                     "put it back, mount its filesystem, or restore a backup there (README, Backing up and "
                     "restoring); to begin with an empty one: carecloud-syncd --new-store"};
}

void mark_store(const SqliteSettings& settings) {
    if (settings.marker.empty() || marked_path(settings.marker) == settings.path) return;
    std::ofstream(settings.marker, std::ios::trunc) << settings.path << "\n";
}

}  // namespace carecloud
