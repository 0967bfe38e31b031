// Tells the log, and systemd's status line, what the engine reports: a line a pass, each error once, its end
// too. I/O thread alone.
#pragma once

#include "core/clock.hpp"
#include "runtime/error_fold.hpp"
#include "runtime/log.hpp"
#include "runtime/notify.hpp"
#include "sync/observer.hpp"

namespace carecloud {

class PassLog : public Observer {
  public:
    PassLog(Log& log, Notify& notify, const Clock& clock) : log_(log), notify_(notify), clock_(clock) {}

    void pass_ended(const PassReport& report) override;
    void backing_off(std::string_view stream, const Error& error, Duration pause) override;
    void failed(const Error& error) override;

  private:
    void tell_recovery(const PassReport& report);

    Log& log_;
    Notify& notify_;
    const Clock& clock_;
    ErrorFold fold_;
};

}  // namespace carecloud
