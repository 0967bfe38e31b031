#include "runtime/log.hpp"

#include <atomic>
#include <mutex>
#include <ostream>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
// The location that the header would add is this file's, for every line.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "runtime/environment.hpp"

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

void send_to_journal(std::vector<std::string> entries) {
    std::vector<iovec> vectors;
    vectors.reserve(entries.size());
    for (std::string& entry : entries)
        vectors.push_back(iovec{entry.data(), entry.size()});
    // Its failure has nowhere to be told.
    ::sd_journal_sendv(vectors.data(), static_cast<int>(vectors.size()));
}

}  // namespace

struct Log::Impl {
    explicit Impl(spdlog::sink_ptr target) : logger("carecloud-syncd", std::move(target)) {
        logger.set_level(spdlog::level::trace);
        logger.set_error_handler([](const std::string&) {});
    }

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

    std::mutex mutex;  // the format and its pattern change together
    spdlog::logger logger;
    bool may_journal = false;
    std::atomic<LogLevel> level{LogLevel::info};
    LogFormat format = LogFormat::text;
};

Log::Log(const LogSettings& settings)
    : impl_(std::make_unique<Impl>(std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    impl_->may_journal = true;
    impl_->choose(settings);
}

Log::Log(const LogSettings& settings, std::ostream& out)
    : impl_(std::make_unique<Impl>(std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true))) {
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
    if (!enabled(level)) return;
    const std::scoped_lock lock(impl_->mutex);
    switch (impl_->format) {
        case LogFormat::journal:
            send_to_journal(journal_of(level, message, fields));
            return;
        case LogFormat::json:
            impl_->logger.log(spdlog::level::info, json_of(level, message, fields));
            return;
        case LogFormat::text:
        case LogFormat::automatic:
            impl_->logger.log(spdlog::level::info, text_of(level, message, fields));
            return;
    }
}

void Log::write(LogLevel level, const Error& error, const LogFields& fields) {
    if (!enabled(level)) return;
    LogFields all{{"CODE", to_string(error.code)}, {"OPERATION", error.operation}};
    all.insert(all.end(), fields.begin(), fields.end());
    write(level, error.message(), all);
}

}  // namespace carecloud
