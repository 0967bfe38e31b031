#include "support/fault_disk/fault_disk.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <sqlite3.h>

namespace carecloud {

bool FaultDisk::allow(Call call) {
    const auto index = static_cast<std::size_t>(call);
    const std::uint64_t number = ++calls_[index];
    const std::optional<Fault>& fault = faults_[index];
    const bool fails = fault && (fault->lasting ? number >= fault->at : number == fault->at);
    return !stopped_ && !fails;
}

bool FaultDisk::allow_change(Call call) {
    const bool allowed = allow(call);
    ++changes_;
    if (!stopped_ && changes_ == stop_at_) {
        stopped_ = true;
        return call == Call::write && allowed;
    }
    return allowed;
}

void FaultDisk::fail(Call call, std::uint64_t nth, bool lasting) {
    const std::lock_guard lock(mutex_);
    const auto index = static_cast<std::size_t>(call);
    faults_[index] = Fault{.at = calls_[index] + nth, .lasting = lasting};
}

void FaultDisk::limit(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    limit_ = bytes;
}

void FaultDisk::stop_at(std::uint64_t nth) {
    const std::lock_guard lock(mutex_);
    stop_at_ = changes_ + nth;
}

void FaultDisk::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
}

void FaultDisk::heal() {
    const std::lock_guard lock(mutex_);
    faults_ = {};
    limit_ = 0;
    stop_at_ = 0;
}

bool FaultDisk::stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
}

std::uint64_t FaultDisk::calls(Call call) const {
    const std::lock_guard lock(mutex_);
    return calls_[static_cast<std::size_t>(call)];
}

std::uint64_t FaultDisk::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

std::uint64_t FaultDisk::bytes() const {
    const std::lock_guard lock(mutex_);
    return used();
}

std::uint64_t FaultDisk::used() const {
    std::uint64_t sum = 0;
    for (const auto& [name, node] : names_)
        sum += node->file.content().size();
    return sum;
}

void FaultDisk::restart(After after) {
    heal();
    const std::lock_guard lock(mutex_);
    if (open_ != 0) throw std::logic_error("a file of the disk is still open");
    stopped_ = false;
    if (after == After::killed) return;
    const auto kept = [this, after] {
        return after == After::gentle_power_loss || (after == After::power_loss && draw());
    };
    for (const NameChange& change : unsynced_names_) {
        if (!kept()) break;
        if (change.node)
            names_on_disk_[change.name] = change.node;
        else
            names_on_disk_.erase(change.name);
    }
    unsynced_names_.clear();
    names_ = names_on_disk_;
    for (const auto& [name, node] : names_)
        node->file.lose_power(kept);
}

bool FaultDisk::draw() {
    return random_() % 2 == 0;
}

void FaultDisk::sync_names() {
    names_on_disk_ = names_;
    unsynced_names_.clear();
}

int FaultDisk::open(OpenFile& file, const char* name, int flags) {
    const std::lock_guard lock(mutex_);
    if (!allow(Call::open)) return SQLITE_CANTOPEN;
    file.temporary = name == nullptr;
    if (file.temporary) {
        file.node = std::make_shared<Node>();
    } else if (const auto found = names_.find(name); found != names_.end()) {
        file.node = found->second;
    } else if ((flags & SQLITE_OPEN_CREATE) != 0) {
        file.node = std::make_shared<Node>();
        names_[name] = file.node;
        unsynced_names_.push_back({.name = name, .node = file.node});
    } else {
        return SQLITE_CANTOPEN;
    }
    file.journal = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    file.failed_syncs_heard = file.node->file.failed_syncs();
    ++open_;
    return SQLITE_OK;
}

void FaultDisk::close(OpenFile& file) {
    const std::lock_guard lock(mutex_);
    if (!file.node) return;
    file.node->lock.lower(&file, SQLITE_LOCK_NONE);
    file.node->index.leave(&file);
    file.node.reset();
    --open_;
}

int FaultDisk::read(OpenFile& file, void* into, std::size_t bytes, std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    if (!allow(Call::read)) return SQLITE_IOERR_READ;
    const std::string_view content = file.node->file.content();
    const std::string_view there = content.substr(std::min<std::size_t>(offset, content.size()), bytes);
    std::memcpy(into, there.data(), there.size());
    std::memset(static_cast<char*>(into) + there.size(), 0, bytes - there.size());
    return there.size() == bytes ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int FaultDisk::write(OpenFile& file, std::string_view bytes, std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    if (!allow_change(Call::write)) {
        // A failed write may have written any part of the data.
        if (!stopped_) file.node->file.write(offset, bytes.substr(0, bytes.size() / 2));
        return SQLITE_IOERR_WRITE;
    }
    const std::uint64_t size = file.node->file.content().size();
    const std::uint64_t grown = offset + bytes.size() > size ? offset + bytes.size() - size : 0;
    if (limit_ != 0 && grown != 0 && used() + grown > limit_) return SQLITE_FULL;
    file.node->file.write(offset, bytes);
    return stopped_ ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

int FaultDisk::truncate(OpenFile& file, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    if (!allow_change(Call::truncate)) return SQLITE_IOERR_TRUNCATE;
    file.node->file.truncate(size);
    return SQLITE_OK;
}

int FaultDisk::sync(OpenFile& file) {
    const std::lock_guard lock(mutex_);
    if (file.temporary) return SQLITE_OK;
    if (!allow_change(Call::sync)) {
        if (stopped_) return SQLITE_IOERR_FSYNC;
        file.node->file.fail_sync([this] { return draw(); });
    }
    const std::uint64_t failed = file.node->file.failed_syncs();
    if (file.failed_syncs_heard != failed) {
        file.failed_syncs_heard = failed;
        return SQLITE_IOERR_FSYNC;
    }
    file.node->file.sync();
    if (file.journal) sync_names();
    file.journal = false;
    return SQLITE_OK;
}

std::uint64_t FaultDisk::size(const OpenFile& file) const {
    const std::lock_guard lock(mutex_);
    return file.node->file.content().size();
}

int FaultDisk::lock(OpenFile& file, int level) {
    const std::lock_guard lock(mutex_);
    if (!allow(Call::lock)) return SQLITE_IOERR_LOCK;
    return file.node->lock.raise(&file, level) ? SQLITE_OK : SQLITE_BUSY;
}

void FaultDisk::unlock(OpenFile& file, int level) {
    const std::lock_guard lock(mutex_);
    file.node->lock.lower(&file, level);
}

bool FaultDisk::is_reserved(const OpenFile& file) const {
    const std::lock_guard lock(mutex_);
    return file.node->lock.is_reserved();
}

int FaultDisk::map(OpenFile& file, std::size_t region, std::size_t bytes, bool make, void** memory) {
    const std::lock_guard lock(mutex_);
    if (!allow(Call::map)) return SQLITE_IOERR_SHMMAP;
    *memory = file.node->index.region(&file, region, bytes, make);
    return SQLITE_OK;
}

int FaultDisk::lock_shared_index(OpenFile& file, int first, int count, int flags) {
    const std::lock_guard lock(mutex_);
    SharedIndex& index = file.node->index;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        index.unlock(&file, first, count);
        return SQLITE_OK;
    }
    if (!allow(Call::lock)) return SQLITE_BUSY;
    const bool shared = (flags & SQLITE_SHM_SHARED) != 0;
    const bool locked = shared ? index.lock_shared(&file, first) : index.lock_exclusive(&file, first, count);
    return locked ? SQLITE_OK : SQLITE_BUSY;
}

void FaultDisk::leave_shared_index(OpenFile& file) {
    const std::lock_guard lock(mutex_);
    file.node->index.leave(&file);
}

int FaultDisk::remove(const std::string& name, bool sync_directory) {
    const std::lock_guard lock(mutex_);
    if (!allow_change(Call::remove)) return SQLITE_IOERR_DELETE;
    if (names_.erase(name) == 0) return SQLITE_IOERR_DELETE_NOENT;
    unsynced_names_.push_back({.name = name, .node = nullptr});
    if (sync_directory) sync_names();
    return SQLITE_OK;
}

bool FaultDisk::exists(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return names_.contains(name);
}

}  // namespace carecloud
