// Looks every two seconds whether the store's file is still in its place (hazard 37): what is written into one that was
// removed, replaced or unmounted is lost, so the process ends and the service manager starts it on what is there then.
//
// I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "exit_code.hpp"
#include "runtime/log.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "telemetry/health.hpp"

#include <functional>
#include <memory>

namespace carecloud {

class StoreWatch {
  public:
    // `exit` is called once the store is lost, after log and health have it. All of these outlive the watch.
    StoreWatch(Clock& clock, SqliteStore& store, Log& log, Health& health,
               std::function<void(ExitCode)> exit);

    // Until stop(), or until the store is lost.
    Task<> run();
    void stop();

  private:
    Clock& clock_;
    SqliteStore& store_;
    Log& log_;
    Health& health_;
    std::function<void(ExitCode)> exit_;
    std::unique_ptr<Alarm> alarm_;
    bool stopped_ = false;
};

}  // namespace carecloud
