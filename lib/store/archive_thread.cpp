#include "store/archive_thread.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kWaitingMax = 32;  // more than these are not left to the thread
constexpr std::size_t kTakenMin = 16;
// To wake a thread costs as much as to pack a record: for fewer it is not done. Once awake it works until none waits.
constexpr std::size_t kWokenFor = 8;

}  // namespace

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
    bool is_enough = false;
    {
        const std::lock_guard lock(mutex_);
        all_.push_back(std::move(replaced));
        is_enough = all_.size() - begun_ == kWokenFor;
    }
    if (!is_enough) return;
    changed_.notify_all();
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

std::vector<Replaced> ArchiveThread::take_done() {
    std::unique_lock lock(mutex_);
    while (all_.size() - begun_ > kWaitingMax && work_on_one(lock, own_)) {
    }
    const auto undone = std::find_if(all_.begin(), all_.end(), [](const Replaced& one) { return !one.done; });
    const auto count = static_cast<std::size_t>(undone - all_.begin());
    return take(count < kTakenMin ? 0 : count);
}

std::vector<Replaced> ArchiveThread::finish() {
    std::unique_lock lock(mutex_);
    while (work_on_one(lock, own_)) {
    }
    changed_.wait(lock, [this] { return under_way_ == 0; });
    return take(all_.size());
}

// Those at the front, with the mutex held.
std::vector<Replaced> ArchiveThread::take(std::size_t count) {
    const auto end = all_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Replaced> taken(std::make_move_iterator(all_.begin()), std::make_move_iterator(end));
    all_.erase(all_.begin(), end);
    begun_ -= count;
    return taken;
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
    one.done = true;
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
