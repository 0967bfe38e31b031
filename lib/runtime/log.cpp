#include "runtime/log.hpp"

#include "runtime/environment.hpp"
#include "runtime/log_queue.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <optional>
#include <ostream>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>
// The source location that the header would add is always in this file.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace carecloud {
namespace {

constexpr const char* kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %v";
constexpr const char* kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})";

bool stderr_is_journal() {
    struct stat status {};
    if (::fstat(STDERR_FILENO, &status) != 0) return false;
    return names_stream(process_environment("JOURNAL_STREAM"), status.st_dev, status.st_ino);
}

// A failure has nowhere to be reported.
void send_to_journal(const std::vector<std::string>& entries) {
    std::vector<iovec> vectors;
    vectors.reserve(entries.size());
    for (const std::string& entry : entries)
        vectors.push_back(iovec{const_cast<char*>(entry.data()), entry.size()});
    ::sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size()));
}

// A failure has nowhere to be reported.
void write_to_stderr(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void write_line(const LogLine& line) {
    if (line.text.empty())
        send_to_journal(line.journal);
    else
        write_to_stderr(line.text);
}

// Keeps the line that spdlog formatted until it is taken.
class KeptLine : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  public:
    std::string take() { return std::exchange(text_, {}); }

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t formatted;
        formatter_->format(message, formatted);
        text_.assign(formatted.data(), formatted.size());
    }
    void flush_() override {}

  private:
    std::string text_;
};

}  // namespace

struct Log::Impl {
    Impl() : Impl(std::make_shared<KeptLine>()) {
        queue.emplace(write_line);
        may_journal = true;
    }
    explicit Impl(std::ostream& out) : Impl(std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true)) {}
    ~Impl() {
        if (lost > 0) queue->push_last(report_of_lost());
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void choose(const LogSettings& settings) {
        const std::scoped_lock lock(mutex);
        level = settings.level;
        format = settings.format;
        if (format == LogFormat::automatic) {
            format = may_journal && stderr_is_journal() ? LogFormat::journal : LogFormat::text;
        }
        if (format == LogFormat::journal && !may_journal) format = LogFormat::text;
        const char* pattern = format == LogFormat::json ? kJsonPattern : kTextPattern;
        logger.set_formatter(
            std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
    }

    void write(LogLevel line_level, std::string_view message, const LogFields& fields) {
        const std::scoped_lock lock(mutex);
        // Preserves the order: after a lost line, the report of the loss comes first.
        if (lost > 0 && queue->push(report_of_lost())) lost = 0;
        LogLine line = line_of(line_level, message, fields);
        if (queue && (lost > 0 || !queue->push(std::move(line)))) ++lost;
    }

    LogLine report_of_lost() {
        return line_of(LogLevel::warn, "log lines were lost: the log output was not read", {{"COUNT", lost}});
    }

    // Returns an empty line if it was written directly to a stream.
    LogLine line_of(LogLevel line_level, std::string_view message, const LogFields& fields) {
        if (format == LogFormat::journal) return {.journal = journal_of(line_level, message, fields)};
        const bool json = format == LogFormat::json;
        logger.log(spdlog::level::info,
                   json ? json_of(line_level, message, fields) : text_of(line_level, message, fields));
        return queue ? LogLine{.text = std::static_pointer_cast<KeptLine>(sink)->take()} : LogLine{};
    }

    std::mutex mutex;  // format and pattern change together
    spdlog::sink_ptr sink;
    spdlog::logger logger;
    bool may_journal = false;
    std::atomic<LogLevel> level{LogLevel::info};
    LogFormat format = LogFormat::text;
    std::uint64_t lost = 0;         // lines since the last accepted one
    std::optional<LogQueue> queue;  // empty: writes directly to a stream

  private:
    explicit Impl(spdlog::sink_ptr target) : sink(std::move(target)), logger("carecloud-syncd", sink) {
        logger.set_level(spdlog::level::trace);
        logger.set_error_handler([](const std::string&) {});
    }
};

Log::Log(const LogSettings& settings) : impl_(std::make_unique<Impl>()) {
    impl_->choose(settings);
}

Log::Log(const LogSettings& settings, std::ostream& out) : impl_(std::make_unique<Impl>(out)) {
    impl_->choose(settings);
}

Log::~Log() = default;

void Log::apply(const LogSettings& settings) {
    impl_->choose(settings);
}

bool Log::enabled(LogLevel level) const {
    return level >= impl_->level.load();
}

void Log::write(LogLevel level, std::string_view message, const LogFields& fields) {
    if (enabled(level)) impl_->write(level, message, fields);
}

void Log::write(LogLevel level, const Error& error, const LogFields& fields) {
    if (!enabled(level)) return;
    LogFields all{{"CODE", to_string(error.code)}, {"OPERATION", error.operation}};
    all.insert(all.end(), fields.begin(), fields.end());
    write(level, error.message(), all);
}

}  // namespace carecloud
