// The script's life in a SQLite store on a disk with faults, and what must hold after each accident: promises 2 and 3.
//
//     FaultWorld world({.seed = seed});
//     world.disk().stop_at(n);
//     world.live();
//     world.crash(FaultDisk::After::power_loss);
//     world.check();
#pragma once

#include "contract/script.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/fault_disk/fault_disk.hpp"
#include "support/hand_clock.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

namespace carecloud {

class FaultWorld {
  public:
    struct Settings {
        std::uint64_t seed = 0;
        // On a thread of its own, so that no two lives are the same; else after each commit.
        bool checkpoint_beside = false;
        int tries = 1;  // of each step
    };

    explicit FaultWorld(const Settings& settings);

    FaultDisk& disk() { return disk_; }

    // Goes on with the script where it stands. True: to its end, and closed. False: something failed (last_error), and
    // all is closed.
    bool live();
    const std::optional<Error>& last_error() const { return last_error_; }

    // The process ends without a word, with the machine or alone.
    void crash(FaultDisk::After after);

    // On a disk without faults: opens, and fails the test unless all that was acknowledged is there, a step that was
    // not is there whole or not at all, and the change log has no hole and replays to the records. Then the step that
    // failed is carried out. The store stays open: crash() or live() goes on.
    void check();

  private:
    bool open();
    void close();
    bool run(const Step& step);
    Result<> call(const Step& step);
    void begin_reading();
    Content content() const;

    Settings settings_;
    TempDir directory_;  // of the lock's file, which is the system's
    FaultDisk disk_;
    boost::asio::io_context io_;
    HandClock clock_;
    std::unique_ptr<SqliteStore> store_;
    std::unique_ptr<Connection> reader_;
    std::size_t done_ = 0;  // steps that were acknowledged
    bool pending_ = false;  // the next one was begun
    std::optional<Error> last_error_;
};

}  // namespace carecloud
