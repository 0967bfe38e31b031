#include "store/sqlite/file_watch.hpp"

#include "store/sqlite/statement.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace carecloud {
namespace {

std::vector<off_t> first_page_numbers(Connection& db) {
    std::vector<off_t> numbers{1};  // the header and the schema
    Statement statement(db, "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0");
    while (statement.step())
        numbers.push_back(statement.integer(0));
    return numbers;
}

}  // namespace

bool FileWatch::Stamp::operator==(const Stamp& other) const {
    return bytes == other.bytes && modified.tv_sec == other.modified.tv_sec &&
           modified.tv_nsec == other.modified.tv_nsec;
}

FileWatch::FileWatch(int fd, Connection& db)
    : fd_(fd),
      page_bytes_(static_cast<std::size_t>(db.number("PRAGMA page_size"))),
      first_page_numbers_(first_page_numbers(db)) {
    note(db);
}

bool FileWatch::is_overwritten(Connection& db) {
    const std::lock_guard lock(mutex_);
    if (!moving_) judge(db);
    return overwritten_;
}

bool FileWatch::begin_move(Connection& db) {
    const std::lock_guard lock(mutex_);
    judge(db);
    moving_ = !overwritten_;
    return moving_;
}

void FileWatch::end_move(Connection& db) {
    const std::lock_guard lock(mutex_);
    note(db);
    moving_ = false;
}

FileWatch::Stamp FileWatch::stamp() const {
    struct stat file {};
    if (::fstat(fd_, &file) != 0) return stamp_;  // says nothing about the content
    return {.bytes = file.st_size, .modified = file.st_mtim};
}

std::optional<std::vector<std::size_t>> FileWatch::first_pages() const {
    std::vector<std::size_t> hashes;
    std::string page(page_bytes_, '\0');
    for (const off_t number : first_page_numbers_) {
        const ssize_t bytes =
            ::pread(fd_, page.data(), page.size(), (number - 1) * static_cast<off_t>(page_bytes_));
        if (bytes < 0) return std::nullopt;
        // A page that is only in the log so far reads as empty.
        hashes.push_back(std::hash<std::string_view>()({page.data(), static_cast<std::size_t>(bytes)}));
    }
    return hashes;
}

// Always read the log's progress before the file: another program's checkpoint in between then shows as progress the
// next time. The other order would show a changed file and an unchanged log, which is a false alarm.
void FileWatch::note(Connection& db) {
    progress_ = log_progress(db);
    stamp_ = stamp();
    pages_ = first_pages();
    other_checkpoint_ = false;
}

void FileWatch::judge(Connection& db) {
    if (overwritten_) return;
    const LogProgress progress = log_progress(db);
    const Stamp now = stamp();
    if (now == stamp_) {
        progress_ = progress;  // the writer may have restarted the log, which does not touch the file
        return;
    }
    if (is_checkpoint_running(db)) {
        other_checkpoint_ = true;  // it may still fail and show no progress
        return;
    }
    const bool moved = other_checkpoint_ || log_progress(db) != progress_;
    const auto pages = first_pages();
    const bool same = now.bytes == stamp_.bytes && (!pages || !pages_ || *pages == *pages_);
    overwritten_ = !moved && !same;
    if (!overwritten_) note(db);
}

}  // namespace carecloud
