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

// "user:password@", or "password=" among the parameters; libpq decodes names of parameters.
bool has_password(const std::string& url) {
    constexpr std::string_view parameter = "password";
    const std::string rest = url.substr(url.find("//") + 2);
    const std::string authority = rest.substr(0, rest.find_first_of("/?"));
    const std::string user = authority.substr(0, authority.rfind('@') + 1);
    const std::size_t colon = user.find(':');
    return (colon != std::string::npos && colon + 2 < user.size()) ||
           rest.find(parameter) != std::string::npos;
}

void read_postgresql(const Field& field, const std::string& url, StoreSettings& settings) {
    const std::string rest = url.substr(url.find("//") + 2);
    if (rest.empty() || rest.find(' ') != std::string::npos) {
        field.problem("the URL has no database; use postgresql://host/database without spaces");
        return;
    }
    if (has_password(url)) {
        field.problem("the URL must not contain a password; put it into a file and set store.password_file");
        return;
    }
    settings.kind = StoreKind::postgresql;
    settings.postgresql_url = url;
}

// A name that needs no quotes in SQL.
void read_schema(const Field& field, StoreSettings& settings) {
    const auto name = as_text(field);
    if (!name) return;
    const bool valid = !name->empty() && name->size() <= 63 &&
                       name->find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyz"
                           "0123456789_") == std::string::npos &&
                       !name->starts_with("pg_");
    if (!valid) {
        field.problem(
            "a schema's name has up to 63 lower-case letters, digits and underscores, and does not begin "
            "with pg_");
        return;
    }
    settings.schema = *name;
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

void read_store(const Field& field, const ConfigurationSource& source, StoreSettings& settings) {
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
    if (const auto f = store.find("password_file"))
        assign(as_file(*f, FileUse::secret, source), settings.password_file);
    if (const auto f = store.find("schema")) read_schema(*f, settings);
    if (const auto f = store.find("disk_warning")) assign(as_share(*f), settings.disk_warning);
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
