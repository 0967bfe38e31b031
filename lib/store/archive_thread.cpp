#include "store/archive_thread.hpp"

#include <iterator>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kLotBytes = 128U << 10U;  // of former bodies
constexpr std::size_t kWaitingLotsMax = 2;      // if more wait, the calling thread packs them

void pack(std::vector<Replaced>& lot, Archiver& archiver) {
    for (Replaced& one : lot)
        one.kept = archiver.archive(one.former, one.now);
}

void append(std::vector<Replaced>& taken, std::vector<Replaced>& lot) {
    taken.insert(taken.end(), std::make_move_iterator(lot.begin()), std::make_move_iterator(lot.end()));
}

}  // namespace

std::optional<std::string> pack_again(BodyPacker& packer, std::string_view packed, const BodyCheck& check,
                                      std::string_view former, std::string_view now) {
    const auto body = BodyUnpacker(former).unpack(packed, check);
    if (!body) return std::nullopt;
    return packer.pack(*body, now);
}

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
    next_lot_bytes_ += replaced.former.size();
    next_lot_.push_back(std::move(replaced));
    if (next_lot_bytes_ < kLotBytes) return;
    next_lot_bytes_ = 0;
    {
        const std::lock_guard lock(mutex_);
        lots_.push_back({.all = std::exchange(next_lot_, {})});
    }
    changed_.notify_all();
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

std::vector<Replaced> ArchiveThread::take_done() {
    std::vector<Replaced> taken;
    if (!next_lot_.empty()) return taken;
    std::unique_lock lock(mutex_);
    while (lots_.size() - begun_ > kWaitingLotsMax)
        work_on_one(lock, own_);
    append_done(taken);
    return taken;
}

std::vector<Replaced> ArchiveThread::finish() {
    std::vector<Replaced> taken;
    {
        std::unique_lock lock(mutex_);
        while (work_on_one(lock, own_)) {
        }
        changed_.wait(lock, [this] { return under_way_ == 0; });
        append_done(taken);
    }
    pack(next_lot_, own_);
    append(taken, next_lot_);
    next_lot_.clear();
    next_lot_bytes_ = 0;
    return taken;
}

// Requires mutex_.
void ArchiveThread::append_done(std::vector<Replaced>& taken) {
    for (; !lots_.empty() && lots_.front().done; lots_.pop_front(), --begun_)
        append(taken, lots_.front().all);
}

void ArchiveThread::discard() {
    next_lot_.clear();
    next_lot_bytes_ = 0;
    std::unique_lock lock(mutex_);
    begun_ = lots_.size();
    changed_.wait(lock, [this] { return under_way_ == 0; });
    begun_ = 0;
    lots_.clear();
}

// Packs one lot, with mutex_ released. False if the packing of all lots has begun.
bool ArchiveThread::work_on_one(std::unique_lock<std::mutex>& lock, Archiver& archiver) {
    if (begun_ == lots_.size()) return false;
    Lot& lot = lots_[begun_++];
    ++under_way_;
    lock.unlock();
    pack(lot.all, archiver);
    lock.lock();
    lot.done = true;
    if (--under_way_ == 0) changed_.notify_all();
    return true;
}

void ArchiveThread::run() {
    Archiver archiver;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return ending_ || begun_ < lots_.size(); });
        if (ending_) return;
        work_on_one(lock, archiver);
    }
}

}  // namespace carecloud
