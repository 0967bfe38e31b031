#include "runtime/log.hpp"
#include "runtime/text.hpp"

namespace carecloud {
namespace {

std::string lower(std::string_view name) {
    std::string out(name);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

// logfmt: quoted only if ambiguous otherwise.
std::string text_value(std::string_view value) {
    const bool bare = !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos;
    if (bare) return printable(value);
    std::string out = "\"";
    for (const char c : printable(value)) {
        if (c == '"') out += '\\';
        out += c;
    }
    out += '"';
    return out;
}

std::string with_fields(std::string_view message, const LogFields& fields) {
    std::string out = printable(message);
    for (const LogField& field : fields) {
        out += ' ';
        out += lower(printable(field.name));
        out += '=';
        out += text_value(field.value);
    }
    return out;
}

// systemd.journal-fields(7) and sd_journal_send(3): A-Z, 0-9 and '_', not starting with '_' or a digit, at most 64.
std::string journal_name(std::string_view name) {
    std::string out;
    for (const char c : name.substr(0, 60)) {
        const bool letter = c >= 'A' && c <= 'Z';
        const bool small = c >= 'a' && c <= 'z';
        const bool digit = c >= '0' && c <= '9';
        out += letter || digit ? c : small ? static_cast<char>(c - 'a' + 'A') : '_';
    }
    if (out.empty() || out[0] < 'A' || out[0] > 'Z') out.insert(0, "F_");
    return out;
}

// syslog(3): 7 debug, 6 info, 4 warning, 3 err.
char priority(LogLevel level) {
    switch (level) {
        case LogLevel::trace:
        case LogLevel::debug:
            return '7';
        case LogLevel::info:
            return '6';
        case LogLevel::warn:
            return '4';
        case LogLevel::error:
            return '3';
    }
    return '3';
}

}  // namespace

std::string_view to_string(LogLevel level) {
    switch (level) {
        case LogLevel::trace:
            return "trace";
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
    }
    return "error";
}

std::string text_of(LogLevel level, std::string_view message, const LogFields& fields) {
    std::string out(to_string(level));
    out.resize(6, ' ');
    return out + with_fields(message, fields);
}

std::string json_of(LogLevel level, std::string_view message, const LogFields& fields) {
    std::string out = "\"level\":\"";
    out += to_string(level);
    out += "\",\"message\":";
    out += quoted_json(message);
    for (const LogField& field : fields) {
        out += ',';
        out += quoted_json(lower(field.name));
        out += ':';
        out += field.number ? field.value : quoted_json(field.value);
    }
    return out;
}

std::vector<std::string> journal_of(LogLevel level, std::string_view message, const LogFields& fields) {
    std::vector<std::string> out;
    // `journalctl -u` shows only MESSAGE, so it contains the values, too.
    out.push_back("MESSAGE=" + with_fields(message, fields));
    out.push_back(std::string("PRIORITY=") + priority(level));
    out.emplace_back("SYSLOG_IDENTIFIER=carecloud-syncd");
    for (const LogField& field : fields)
        out.push_back(journal_name(field.name) + "=" + printable(field.value));
    return out;
}

bool names_stream(const std::optional<std::string>& journal_stream, unsigned long long device,
                  unsigned long long inode) {
    return journal_stream == std::to_string(device) + ":" + std::to_string(inode);
}

}  // namespace carecloud
