// Reports the observations of the engine to the log, the health and the histories: one line per pass, each error once,
// and its recovery. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "runtime/error_fold.hpp"
#include "runtime/log.hpp"
#include "sync/walk/observer.hpp"
#include "telemetry/health.hpp"
#include "telemetry/histories.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace carecloud {

class PassLog : public Observer {
  public:
    PassLog(Log& log, Health& health, const Clock& clock, Histories& histories)
        : log_(log), health_(health), clock_(clock), histories_(histories) {
        recall_loaded(false);
    }

    void request_failed(std::string_view stream, const Error& error) override;
    void pass_ended(const PassReport& report) override;
    void committed(const CommitReport& report) override;
    void loading(std::string_view stream, const LoadSnapshot& load) override;
    void backing_off(const PassReport& report, Duration pause) override;
    void push_silent(std::string_view stream, bool silent) override;
    void polls_stretched(std::string_view stream, std::optional<Duration> every) override;
    void bounded_pass(const Job& pass) override;
    void bounded_pass_waits(const Job& pass, const Error& error, Duration pause) override;
    void clocks(const ClockReport& report) override;
    void failed(const Error& error) override;

    // Restores the state that an earlier process, or the settings before a reload, left: a stream of `streams` is
    // degraded if its newest reconciliation awaits confirmation. `kept` is in ascending order of id.
    void recall(const std::vector<Job>& kept, const std::vector<std::string>& streams);
    // Whether any stream was loaded before. Until this is called or a pass ends, the service is assumed to be degraded,
    // because nothing is synchronized.
    void recall_loaded(bool any);

  private:
    void report_set_aside(const std::string& stream, const CommitSummary& summary);
    void report_hourly(const std::string& stream, LogLevel level, const std::string& text, std::size_t count);
    void report_holes(const std::string& stream, std::size_t count);
    void judge(const Job& pass);
    void degrade(const PassReport& report);
    void report_recovery(const PassReport& report);
    void report_events(const PassReport& report);
    void report_recovery(const Job& pass);
    void report_begin(const Job& pass);
    void report_end(const Job& pass, LogLevel level, std::string_view outcome);

    Log& log_;
    Health& health_;
    const Clock& clock_;
    Histories& histories_;
    ErrorFold fold_;
    std::map<std::string, MonoTime> reported_at_;  // hourly warnings, by stream and text
    ErrorFold requests_;                           // the first failed request of each pass
    std::set<std::uint64_t> begun_;                // bounded passes in progress
    // The streams whose current pass has already caused a log line, with the error.
    std::map<std::string, ErrorCode, std::less<>> just_reported_{};
    std::uint64_t passes_ = 0;  // ended passes of all streams since the start
};

}  // namespace carecloud
