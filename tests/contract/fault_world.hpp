// Runs the script in an SQLite store on a faulty disk, and checks promises 2 and 3 after each accident.
//
//     FaultWorld world({.seed = seed});
//     world.disk().stop_at(n);
//     world.run_script();
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
        // On a separate thread, so no two runs are the same; otherwise after each commit.
        bool concurrent_checkpoints = false;
        int tries = 1;  // of each step
    };

    explicit FaultWorld(const Settings& settings);

    FaultDisk& disk() { return disk_; }

    // Continues the script. True: it is complete, and the store is closed. False: something failed (last_error), and
    // everything is closed.
    bool run_script();
    const std::optional<Error>& last_error() const { return last_error_; }

    // The process ends without cleanup, with or without the machine.
    void crash(FaultDisk::After after);

    // Opens the store on a disk without faults, and fails the test unless it has everything that was acknowledged, an
    // unacknowledged step completely or not at all, and a change log without gaps that replays to the records. Then
    // runs the failed step. The store stays open: continue with crash() or run_script().
    void check();

  private:
    bool open();
    void close();
    bool run(const Step& step);
    Result<> call(const Step& step);
    void begin_reading();
    Content content() const;

    Settings settings_;
    TempDir directory_;  // for the lock file, which is on the system's disk
    FaultDisk disk_;
    boost::asio::io_context io_;
    HandClock clock_;
    std::unique_ptr<SqliteStore> store_;
    std::unique_ptr<Connection> reader_;
    std::size_t done_ = 0;  // acknowledged steps
    bool pending_ = false;  // the next step was begun
    std::optional<Error> last_error_;
};

}  // namespace carecloud
