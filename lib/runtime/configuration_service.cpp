// The sections store, api and log.
#include "runtime/configuration_sections.hpp"
#include "runtime/text.hpp"

#include <array>
#include <chrono>
#include <optional>

namespace carecloud {
namespace {

constexpr std::string_view kStoreRemedy = "use sqlite:/absolute/path or postgresql://host/database";

// `path` is the text after "sqlite:". Three slashes, as in other programs' URLs, mean the same as one.
void read_sqlite(const Field& field, const std::string& path, StoreSettings& settings) {
    const std::size_t slashes = std::min(path.find_first_not_of('/'), path.size());
    if (path.find('?') != std::string::npos) {
        field.problem("parameters after '?' are not supported; use sqlite:/absolute/path");
        return;
    }
    if ((slashes != 1 && slashes != 3) || slashes == path.size() || path.ends_with('/')) {
        field.problem("the path must be absolute; use sqlite:/absolute/path with one slash");
        return;
    }
    settings.kind = StoreKind::sqlite;
    settings.sqlite_path = path.substr(slashes - 1);
}

// Whether the file itself contains a password (user:password@). A password from a variable does not count.
bool shows_password(const std::string& written) {
    const std::size_t at = written.find('@');
    if (at == std::string::npos) return false;
    const std::string user = written.substr(written.find("//") + 2, at - written.find("//") - 2);
    const std::size_t colon = user.find(':');
    return colon != std::string::npos && colon + 1 < user.size() &&
           user.find("${", colon) == std::string::npos;
}

void read_postgresql(const Field& field, const std::string& url, StoreSettings& settings) {
    const std::string rest = url.substr(url.find("//") + 2);
    if (rest.empty() || rest.find(' ') != std::string::npos) {
        field.problem("the URL has no database; use postgresql://host/database without spaces");
        return;
    }
    if (shows_password(field.node->shown)) {
        field.warning(
            "the file contains a password; use ${NAME} or a password file (libpq's ~/.pgpass) instead");
    }
    settings.kind = StoreKind::postgresql;
    settings.postgresql_url = url;
}

// The minimum age: SNS may redeliver a message for days, and it must still be recognized; and a record's changes of the
// last day show whether it alternates between versions.
constexpr std::chrono::hours kKeepMin{7 * 24};
constexpr std::chrono::hours kKeepMax{100 * 366 * 24};

std::optional<KeepSettings::Age> as_age(const Field& field, bool may_be_none) {
    if (field.node->text == "all") return KeepSettings::Age();
    if (may_be_none && field.node->text == "none") return KeepSettings::Age(0);
    const auto age = as_duration(field, kKeepMin, kKeepMax);
    return age ? std::optional(KeepSettings::Age(*age)) : std::nullopt;
}

void read_keep(const Field& field, KeepSettings& settings) {
    MappingReader keep(field);
    if (const auto f = keep.find("versions")) assign(as_age(*f, true), settings.versions);
    if (const auto f = keep.find("changes")) assign(as_age(*f, false), settings.changes);
    if (const auto f = keep.find("events")) assign(as_age(*f, false), settings.events);
    if (const auto f = keep.find("deleted")) assign(as_age(*f, false), settings.deleted);
    keep.finish();
}

}  // namespace

void read_store(const Field& field, const ConfigurationSource&, StoreSettings& settings) {
    MappingReader store(field);
    if (const auto f = store.find("url")) {
        const std::string url = as_text(*f).value_or("");
        if (url.starts_with("sqlite:"))
            read_sqlite(*f, url.substr(7), settings);
        else if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
            read_postgresql(*f, url, settings);
        else if (!url.empty())
            f->problem("unknown URL scheme; " + std::string(kStoreRemedy));
    }
    if (const auto f = store.find("keep")) read_keep(*f, settings.keep);
    store.finish();
}

void read_api(const Field& field, const ConfigurationSource& source, ApiSettings& settings) {
    settings.configured = true;
    MappingReader api(field);
    const auto listen = api.find("listen");
    if (listen) assign(as_listen_address(*listen, true), settings.listen);
    if (const auto f = api.find("token_file"))
        assign(as_file(*f, FileUse::secret, source), settings.token_file);
    else if (listen && !settings.listen.loopback()) {
        listen->problem(in_quotes(settings.listen.to_string()) +
                        " is reachable from other machines and requires api.token_file; set it to a file "
                        "with a token, or listen on 127.0.0.1");
    }
    api.finish();
}

void read_log(const Field& field, LogSettings& settings) {
    static constexpr std::array levels{LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warn,
                                       LogLevel::error};
    static constexpr std::array formats{LogFormat::automatic, LogFormat::journal, LogFormat::text,
                                        LogFormat::json};
    MappingReader log(field);
    if (const auto f = log.find("level")) {
        if (const auto i = as_choice(*f, {"trace", "debug", "info", "warn", "error"}))
            settings.level = levels[*i];
    }
    if (const auto f = log.find("format")) {
        if (const auto i = as_choice(*f, {"auto", "journal", "text", "json"})) settings.format = formats[*i];
    }
    log.finish();
}

}  // namespace carecloud
