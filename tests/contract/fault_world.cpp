#include "contract/fault_world.hpp"

#include "contract/read_sqlite.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

FaultWorld::FaultWorld(const Settings& settings)
    : settings_(settings), disk_(settings.seed), clock_(io_.get_executor()) {}

bool FaultWorld::open() {
    // Either a small log, which is moved often, or one that each commit must move and restart.
    auto opened = SqliteStore::open({.path = directory_.file("store.db"),
                                     .busy_timeout = std::chrono::milliseconds(50),
                                     .checkpoint_bytes = settings_.concurrent_checkpoints ? 256U << 10U : 1U,
                                     .vfs = FaultDisk::kName},
                                    clock_);
    if (!opened) {
        last_error_ = opened.error();
        return false;
    }
    store_ = std::move(*opened);
    return true;
}

void FaultWorld::close() {
    reader_.reset();
    store_.reset();
}

bool FaultWorld::run_script() {
    if (!store_ && !open()) return false;
    while (done_ < script().size()) {
        if (!run(script()[done_])) {
            close();
            return false;
        }
        pending_ = false;
        ++done_;
    }
    close();
    return true;
}

bool FaultWorld::run(const Step& step) {
    clock_.set(time_of_step(done_));
    switch (step.kind) {
        case Step::Kind::reader_comes:
            begin_reading();
            return true;
        case Step::Kind::reader_goes:
            reader_.reset();
            return true;
        case Step::Kind::restart:
            close();
            return open();
        case Step::Kind::call:
            break;
    }
    pending_ = true;
    for (int attempt = 0; attempt < settings_.tries; ++attempt) {
        const Result<> done = call(step);
        if (done) return true;
        last_error_ = done.error();
    }
    return false;
}

Result<> FaultWorld::call(const Step& step) {
    return step.run({io_, *store_, *store_});
}

// Another program's snapshot, if the disk permits it.
void FaultWorld::begin_reading() {
    try {
        reader_ = std::make_unique<Connection>(directory_.file("store.db"), FaultDisk::kName);
        reader_->execute("BEGIN; SELECT count(*) FROM records");
    } catch (const SqlError&) {
        reader_.reset();
    }
}

void FaultWorld::crash(FaultDisk::After after) {
    disk_.stop();
    close();
    disk_.restart(after);
}

Content FaultWorld::content() const {
    const std::string path = directory_.file("store.db");
    return {read_sqlite(path, FaultDisk::kName), read_sqlite_inbox(path, FaultDisk::kName)};
}

void FaultWorld::check() {
    disk_.heal();
    const std::string step = done_ < script().size() ? script()[done_].name : "none";
    INFO("after " << done_ << " steps, the next one is " << step << (pending_ ? ", which was begun" : ""));
    if (!store_ && !open()) FAIL(last_error_->message());
    Connection reader(directory_.file("store.db"), FaultDisk::kName);
    REQUIRE(reader.text("PRAGMA integrity_check") == "ok");
    const Content found = content();
    REQUIRE(check_changes(found.store).empty());
    const bool as_before = found == content_after(done_);
    const bool with_pending = pending_ && found == content_after(done_ + 1);
    REQUIRE((as_before || with_pending));
    if (!pending_) return;
    if (!with_pending || script()[done_].repeatable) {
        clock_.set(time_of_step(done_));
        REQUIRE(call(script()[done_]).has_value());
    }
    pending_ = false;
    ++done_;
    REQUIRE((content() == content_after(done_)));
}

}  // namespace carecloud
