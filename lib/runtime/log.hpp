// The daemon's log. Only the daemon and lib/telemetry write to it; other rooms return errors or report to an observer.
// The format of the lines is in log_format.cpp, and pure.
//
//     Log log(configuration.log);
//     log.write(LogLevel::info, "pass finished", {{"STREAM", "claim_attendance"}, {"RECORDS", summary.changes()}});
//     log.write(LogLevel::warn, error, {{"STREAM", "claim_attendance"}});
//
// Never log a secret or a record's content. Thread-safe. Writing never throws, waits or visibly fails: a log that
// cannot be written (disk full, reader gone or not reading) must not stop the work. Lines that do not fit into the
// queue are counted, and reported as soon as there is room (see log_queue.hpp).
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

// Levels, and the formats of a line:
//
//     text     2024-03-13T19:08:57.163Z warn  page refused stream=claim_attendance code=rate_limited
//     json     {"time":"2024-03-13T19:08:57.163Z","level":"warn","message":"page refused",…}
//     journal  MESSAGE=page refused stream=claim_attendance code=rate_limited, PRIORITY=4,
//              STREAM=claim_attendance, CODE=rate_limited (systemd.journal-fields(7))
//
// Control characters are escaped in all formats, so no value can start a new line or control a terminal.
enum class LogLevel { trace, debug, info, warn, error };
enum class LogFormat { automatic, journal, text, json };

std::string_view to_string(LogLevel level);

struct LogSettings {
    LogLevel level = LogLevel::info;          // lines below it are not written
    LogFormat format = LogFormat::automatic;  // the journal if stderr is connected to it, else text
};

// A field of a line. Names are the journal's: upper case, such as STREAM, PASS, RECORD_ID, CODE; the other formats
// write them in lower case.
struct LogField {
    LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    LogField(std::string_view field_name, T count)
        : name(field_name), value(std::to_string(count)), number(true) {}

    std::string name;
    std::string value;
    bool number = false;  // written without quotes in JSON
};

using LogFields = std::vector<LogField>;

// "warn  page refused stream=claim_attendance": the line without its time. Values with blanks, quotes or '=' are
// quoted.
std::string text_of(LogLevel level, std::string_view message, const LogFields& fields);

// "\"level\":\"warn\",\"message\":…": the object's members, without the time and the braces. Invalid UTF-8 becomes
// U+FFFD.
std::string json_of(LogLevel level, std::string_view message, const LogFields& fields);

// "MESSAGE=…" with the text of text_of() without the level, "PRIORITY=4", "SYSLOG_IDENTIFIER=…" and one "NAME=value"
// per field. Names that the journal would reject are adapted.
std::vector<std::string> journal_of(LogLevel level, std::string_view message, const LogFields& fields);

// Whether $JOURNAL_STREAM ("device:inode", systemd.exec(5)) identifies this file.
bool names_stream(const std::optional<std::string>& journal_stream, unsigned long long device,
                  unsigned long long inode);

class Log {
  public:
    // Writes to stderr or to the journal, depending on the settings and $JOURNAL_STREAM, on a dedicated thread. The
    // destructor waits at most a second for pending lines.
    explicit Log(const LogSettings& settings);
    // Writes to a stream that must outlive this object, for tests. The format `journal` is treated as text.
    Log(const LogSettings& settings, std::ostream& out);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void write(LogLevel level, std::string_view message, const LogFields& fields = {});
    // Writes the error's message; the fields CODE and OPERATION precede `fields`.
    void write(LogLevel level, const Error& error, const LogFields& fields = {});

    // Applies new settings after a reload, from the next line on.
    void apply(const LogSettings& settings);
    bool enabled(LogLevel level) const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
