#include "store/sqlite/store_marker.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <system_error>

namespace carecloud {
namespace {

// One that an earlier version wrote has the path alone.
struct Mark {
    std::string path{};
    std::string store{};  // identity_of() the two files
    std::string log{};
    friend bool operator==(const Mark&, const Mark&) = default;
};

Mark read_mark(const std::string& marker) {
    std::ifstream file(marker);
    Mark mark;
    std::getline(file, mark.path);
    file >> mark.store >> mark.log;
    return mark;
}

std::string log_of(const SqliteSettings& settings) {
    return settings.path + "-wal";
}

// Its inode, and when it was created: a file may get the inode of one that was removed. Empty: there is no such file.
std::string identity_of(const std::string& path) {
    struct statx file {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &file) != 0) return {};
    std::string identity = std::to_string(file.stx_ino);
    // Some filesystems do not know it.
    if ((file.stx_mask & STATX_BTIME) != 0)
        identity +=
            "." + std::to_string(file.stx_btime.tv_sec) + "." + std::to_string(file.stx_btime.tv_nsec);
    return identity;
}

}  // namespace

std::optional<Error> refuse_lost_store(const SqliteSettings& settings) {
    if (settings.marker.empty() || read_mark(settings.marker).path != settings.path) return std::nullopt;
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(settings.path, missing);
    if (!missing && bytes > 0) return std::nullopt;
    return Error{.code = ErrorCode::store_corrupt,
                 .operation = "open store",
                 .subject = settings.path + " is " + (missing ? "gone" : "empty") +
                            ", but a store existed there (recorded in " + settings.marker + ")",
                 .hint =
                     "put it back, mount its filesystem, or restore a backup there (README, Backing up and "
                     "restoring), then: systemctl start carecloud-syncd; to start with an empty store, as "
                     "root: carecloud-syncd --new-store && systemctl start carecloud-syncd"};
}

void set_aside_log_of_replaced_store(const SqliteSettings& settings) {
    if (settings.marker.empty()) return;
    const Mark known = read_mark(settings.marker);
    const std::string log = log_of(settings);
    if (known.path != settings.path || known.store.empty() || known.store == identity_of(settings.path))
        return;
    if (known.log.empty() || known.log != identity_of(log)) return;
    std::error_code failure;
    std::filesystem::rename(log, log + ".of-replaced-store", failure);
}

void mark_store(const SqliteSettings& settings) {
    if (settings.marker.empty()) return;
    const Mark mark{
        .path = settings.path, .store = identity_of(settings.path), .log = identity_of(log_of(settings))};
    if (read_mark(settings.marker) == mark) return;
    std::ofstream(settings.marker, std::ios::trunc) << mark.path << "\n"
                                                    << mark.store << " " << mark.log << "\n";
}

}  // namespace carecloud
