// The daemon's log. Only the top of the house writes to it: the rooms below return errors or report to an
// observer. What a line looks like is in log_format.cpp, and pure.
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

#include <concepts>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Levels and fields, and the three forms that a line is written in:
//
//     text     2024-03-13T19:08:57.163Z warn  page refused stream=claim_attendance code=rate_limited
//     json     {"time":"2024-03-13T19:08:57.163Z","level":"warn","message":"page refused",…}
//     journal  MESSAGE=page refused stream=claim_attendance code=rate_limited, PRIORITY=4,
//              STREAM=claim_attendance, CODE=rate_limited (systemd.journal-fields(7))
//
// Control characters are escaped everywhere, so that no value can begin a line of its own or drive a
// terminal.
enum class LogLevel { trace, debug, info, warn, error };
enum class LogFormat { automatic, journal, text, json };

std::string_view to_string(LogLevel level);

struct LogSettings {
    LogLevel level = LogLevel::info;          // lines below it are not written
    LogFormat format = LogFormat::automatic;  // the journal where stderr leads there, else text
};

// One field of a line. Names are the journal's: upper case, such as STREAM, PASS, RECORD_ID, CODE; the other
// forms write them in lower case.
struct LogField {
    LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    LogField(std::string_view field_name, T count)
        : name(field_name), value(std::to_string(count)), number(true) {}

    std::string name;
    std::string value;
    bool number = false;  // JSON writes it without quotes
};

using LogFields = std::vector<LogField>;

// "warn  page refused stream=claim_attendance": the line but its time. Values with blanks, quotes or '=' are
// quoted.
std::string text_of(LogLevel level, std::string_view message, const LogFields& fields);

// "\"level\":\"warn\",\"message\":…": the members of the object but its time and its braces. Bytes that are
// not UTF-8 become U+FFFD.
std::string json_of(LogLevel level, std::string_view message, const LogFields& fields);

// "MESSAGE=…" with the same text as text_of() but for the level, "PRIORITY=4", "SYSLOG_IDENTIFIER=…" and one
// "NAME=value" a field. Names that the journal would refuse are made fit.
std::vector<std::string> journal_of(LogLevel level, std::string_view message, const LogFields& fields);

// Whether $JOURNAL_STREAM ("device:inode", systemd.exec(5)) names this very file.
bool names_stream(const std::optional<std::string>& journal_stream, unsigned long long device,
                  unsigned long long inode);

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
