// Tells the log, the health, the metrics and the book of passes what the engine reports: a line a pass, each error once, its end
// too. I/O thread alone.
#pragma once

#include "api/metrics.hpp"
#include "api/pass_book.hpp"
#include "core/clock.hpp"
#include "health.hpp"
#include "runtime/error_fold.hpp"
#include "runtime/log.hpp"
#include "sync/observer.hpp"

namespace carecloud {

class PassLog : public Observer {
  public:
    PassLog(Log& log, Health& health, const Clock& clock, PassBook& book, Metrics& metrics)
        : log_(log), health_(health), clock_(clock), book_(book), metrics_(metrics) {}

    void pass_ended(const PassReport& report) override;
    void backing_off(std::string_view stream, const Error& error, Duration pause) override;
    void push_silent(std::string_view stream, bool silent) override;
    void bounded_pass(const BoundedPass& pass) override;
    void failed(const Error& error) override;

  private:
    void tell_recovery(const PassReport& report);
    void tell_events(const PassReport& report);

    Log& log_;
    Health& health_;
    const Clock& clock_;
    PassBook& book_;
    Metrics& metrics_;
    ErrorFold fold_;
};

}  // namespace carecloud
