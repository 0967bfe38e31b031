#include "watched_files.hpp"

#include <utility>

namespace carecloud {

WatchedFiles::WatchedFiles(const Configuration& configuration) {
    const auto watch = [this](const std::optional<std::string>& path) {
        if (path) stamps_[*path] = file_stamp(*path).value_or(FileStamp{});
    };
    watch(configuration.portal.ca_file);
    watch(configuration.api.token_file);
    if (!configuration.sns) return;
    watch(configuration.sns->basic_auth_file);
    watch(configuration.sns->trust_ca_file);
    if (!configuration.sns->tls) return;
    watch(configuration.sns->tls->certificate);
    watch(configuration.sns->tls->private_key);
}

std::vector<std::string> WatchedFiles::changed() {
    std::vector<std::string> changed;
    for (auto& [path, seen] : stamps_) {
        const auto stamp = file_stamp(path);
        if (!stamp || *stamp == seen) continue;
        seen = *stamp;
        changed.push_back(path);
    }
    return changed;
}

}  // namespace carecloud
