// The daemon's log. Only the top of the house writes to it: the rooms below return errors or report to an
// observer.
//
//     Log log(configuration.log);
//     log.write(LogLevel::info, "pass finished", {{"STREAM", "claim_attendance"}, {"RECORDS",
//     summary.changes()}}); log.write(LogLevel::warn, error, {{"STREAM", "claim_attendance"}});
//
// Never a secret, never a record's content. Safe on any thread. Writing never throws, never waits,
// and never fails visibly: a log that cannot be written (disk full, reader gone or not reading) must not stop the work.
// Lines that find no room are counted, and reported once there is room (see log_queue.hpp).
#pragma once

#include "base/error.hpp"
#include "runtime/log_format.hpp"

#include <iosfwd>
#include <memory>
#include <string_view>

namespace carecloud {

class Log {
  public:
    // To stderr, or to the journal, as the settings and $JOURNAL_STREAM say. A thread of its own writes; what is
    // waiting is written when this is destroyed, if that takes no longer than a second.
    explicit Log(const LogSettings& settings);
    // To a stream that outlives it, for tests and for `--once` style tools. `journal` is taken as text.
    Log(const LogSettings& settings, std::ostream& out);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void write(LogLevel level, std::string_view message, const LogFields& fields = {});
    // The error's message, with its code as CODE and its operation as OPERATION before the fields.
    void write(LogLevel level, const Error& error, const LogFields& fields = {});

    // New settings from a reload, for all lines from now on.
    void apply(const LogSettings& settings);
    bool enabled(LogLevel level) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
