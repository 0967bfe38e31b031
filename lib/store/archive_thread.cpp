#include "store/archive_thread.hpp"

#include <iterator>
#include <utility>

namespace carecloud {

ArchiveThread::~ArchiveThread() {
    discard();
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ArchiveThread::add(Replaced replaced) {
    {
        const std::lock_guard lock(mutex_);
        all_.push_back(std::move(replaced));
    }
    changed_.notify_all();
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

std::vector<Replaced> ArchiveThread::finish() {
    std::unique_lock lock(mutex_);
    while (work_on_one(lock, own_)) {
    }
    changed_.wait(lock, [this] { return under_way_ == 0; });
    begun_ = 0;
    std::vector<Replaced> done(std::make_move_iterator(all_.begin()), std::make_move_iterator(all_.end()));
    all_.clear();
    return done;
}

void ArchiveThread::discard() {
    std::unique_lock lock(mutex_);
    begun_ = all_.size();
    changed_.wait(lock, [this] { return under_way_ == 0; });
    begun_ = 0;
    all_.clear();
}

// False: all are begun.
bool ArchiveThread::work_on_one(std::unique_lock<std::mutex>& lock, Archiver& archiver) {
    if (begun_ == all_.size()) return false;
    Replaced& one = all_[begun_++];
    ++under_way_;
    lock.unlock();
    one.kept = archiver.archive(one.former, one.now);
    lock.lock();
    if (--under_way_ == 0) changed_.notify_all();
    return true;
}

void ArchiveThread::run() {
    Archiver archiver;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || begun_ < all_.size(); });
        if (ending_) return;
        work_on_one(lock, archiver);
    }
}

}  // namespace carecloud
