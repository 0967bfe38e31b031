#include "runtime/service_unit.hpp"

#include "runtime/text.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <system_error>

namespace carecloud {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBlanks = " \t\r";
constexpr std::size_t kPathShown = 400;
constexpr std::string_view kServiceSuffix = ".service";

struct FolderSetting {
    std::string_view key;
    std::string_view parent;
};
// Directories that systemd creates, and that the service may write to.
constexpr std::array<FolderSetting, 4> kMadeFolders{{{"StateDirectory", "/var/lib/"},
                                                     {"RuntimeDirectory", "/run/"},
                                                     {"CacheDirectory", "/var/cache/"},
                                                     {"LogsDirectory", "/var/log/"}}};

using UnitSettings = std::map<std::string, std::string, std::less<>>;

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

bool is_list(std::string_view key) {
    const auto is_key = [key](const FolderSetting& folder) { return folder.key == key; };
    return key == "ReadWritePaths" || key == "BindPaths" || key == "LoadCredential" ||
           key == "LoadCredentialEncrypted" || std::any_of(kMadeFolders.begin(), kMadeFolders.end(), is_key);
}

// Reads the section [Service]. A list grows with each line; an empty value clears it.
void read_unit_file(const fs::path& path, UnitSettings& settings) {
    std::ifstream file(path);
    bool in_service = false;
    std::string line;
    for (std::string piece; std::getline(file, piece); line.clear()) {
        line = piece;
        while (line.ends_with('\\') && std::getline(file, piece)) {
            line.back() = ' ';
            line += piece;
        }
        const std::string text = trimmed(line);
        if (text.starts_with('[')) in_service = text == "[Service]";
        const auto equals = text.find('=');
        if (!in_service || text.starts_with('#') || text.starts_with(';') || equals == std::string::npos)
            continue;
        const std::string key = trimmed(std::string_view(text).substr(0, equals));
        const std::string value = trimmed(std::string_view(text).substr(equals + 1));
        std::string& known = settings[key];
        if (!is_list(key) || value.empty())
            known = value;
        else
            known.append(" ").append(value);
    }
}

bool is_yes(const UnitSettings& settings, std::string_view key) {
    const auto found = settings.find(key);
    if (found == settings.end()) return false;
    const std::string& value = found->second;
    return value == "yes" || value == "true" || value == "on" || value == "1";
}

std::vector<std::string> words_of(const UnitSettings& settings, std::string_view key) {
    std::vector<std::string> words;
    const auto found = settings.find(key);
    std::istringstream text(found == settings.end() ? std::string() : found->second);
    for (std::string word; text >> word;)
        words.push_back(word);
    return words;
}

void add_writable(ServiceUnit& unit, std::string path) {
    if (path.find('%') != std::string::npos || path.starts_with('"')) {
        unit.unknown_paths = true;
        return;
    }
    path.erase(0, path.find_first_not_of("-+"));
    unit.writable.push_back(path);
}

void add_writable_of(const UnitSettings& settings, ServiceUnit& unit) {
    for (const std::string& path : words_of(settings, "ReadWritePaths"))
        add_writable(unit, path);
    for (const std::string& bound : words_of(settings, "BindPaths")) {  // SOURCE[:DESTINATION[:OPTIONS]]
        std::istringstream parts(bound);
        std::string source;
        std::string destination;
        std::getline(parts, source, ':');
        if (!std::getline(parts, destination, ':')) destination = source;
        add_writable(unit, destination);
    }
    for (const FolderSetting& folder : kMadeFolders) {
        for (const std::string& name : words_of(settings, folder.key))
            add_writable(unit, std::string(folder.parent) + name.substr(0, name.find(':')));
    }
}

std::string config_of(const UnitSettings& settings) {
    const std::vector<std::string> words = words_of(settings, "ExecStart");
    const auto option = std::find(words.begin(), words.end(), "--config");
    return option == words.end() || option + 1 == words.end() ? std::string() : *(option + 1);
}

// The NAME:FILE pairs. An entry without a file is inherited from the service manager, so its file is unknown here.
std::map<std::string, std::string> credentials_of(const UnitSettings& settings, std::string_view key) {
    std::map<std::string, std::string> credentials;
    for (const std::string& passed : words_of(settings, key)) {
        const auto colon = passed.find(':');
        if (colon != std::string::npos) credentials[passed.substr(0, colon)] = passed.substr(colon + 1);
    }
    return credentials;
}

// The template of an instance, "a@.service" of "a@b.service"; empty if the unit is not an instance.
std::string template_of(const std::string& name) {
    const auto at = name.find('@');
    return at == std::string::npos ? std::string() : name.substr(0, at + 1) + std::string(kServiceSuffix);
}

void insert_instance(const std::string& instance, UnitSettings& settings) {
    constexpr std::string_view specifier = "%i";
    for (auto& [key, value] : settings) {
        for (auto at = value.find(specifier); at != std::string::npos;
             at = value.find(specifier, at + instance.size()))
            value.replace(at, specifier.size(), instance);
    }
}

// The files of a unit, or of its template.
struct UnitFiles {
    fs::path main;
    std::map<std::string, fs::path> drop_ins;  // systemd's order: by name, regardless of the directory
};

UnitFiles find_unit(const std::string& name, const std::vector<fs::path>& folders) {
    UnitFiles files;
    const std::string pattern = template_of(name);
    fs::path pattern_file;
    for (const fs::path& folder : folders) {
        std::error_code failure;
        const auto find = [&](const std::string& unit, fs::path& main) {
            if (main.empty() && fs::is_regular_file(folder / unit, failure)) main = folder / unit;
            for (const auto& entry : fs::directory_iterator(folder / (unit + ".d"), failure)) {
                if (entry.path().extension() == ".conf")
                    files.drop_ins.emplace(entry.path().filename().string(), entry.path());
            }
        };
        find(name, files.main);
        if (!pattern.empty()) find(pattern, pattern_file);
    }
    if (files.main.empty()) files.main = pattern_file;
    return files;
}

bool is_within(const fs::path& path, const fs::path& folder) {
    const fs::path inner = path.lexically_normal();
    const fs::path outer = (folder / "").lexically_normal().parent_path();
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace

std::vector<fs::path> systemd_unit_folders() {
    return {"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
            "/usr/lib/systemd/system", "/lib/systemd/system"};
}

std::optional<ServiceUnit> read_service_unit(const std::string& name, const std::vector<fs::path>& folders) {
    const UnitFiles files = find_unit(name, folders);
    if (files.main.empty()) return std::nullopt;
    UnitSettings settings;
    read_unit_file(files.main, settings);
    for (const auto& [drop_in, path] : files.drop_ins)
        read_unit_file(path, settings);
    ServiceUnit unit{.name = name.substr(0, name.size() - kServiceSuffix.size())};
    if (const auto at = unit.name.find('@'); at != std::string::npos)
        insert_instance(unit.name.substr(at + 1), settings);
    const bool dynamic = is_yes(settings, "DynamicUser");
    unit.config = config_of(settings);
    unit.read_only_system = dynamic || settings["ProtectSystem"] == "strict";
    unit.no_home = is_yes(settings, "ProtectHome");
    unit.private_tmp = dynamic || is_yes(settings, "PrivateTmp");
    add_writable_of(settings, unit);
    unit.credentials = credentials_of(settings, "LoadCredential");
    unit.encrypted_credentials = credentials_of(settings, "LoadCredentialEncrypted");
    return unit;
}

std::string denied_by(const ServiceUnit& unit, const fs::path& folder) {
    const auto in = [&folder](const std::string& outer) { return is_within(folder, outer); };
    const std::string shown = in_quotes(folder.string(), kPathShown);
    const std::string own = "/var/lib/" + unit.name + ", for sockets /run/" + unit.name;
    if (unit.no_home && (in("/home") || in("/root") || in("/run/user")))
        return "the packaged service cannot see " + shown +
               " (ProtectHome=yes in its unit); use a directory of its own: " + own;
    if (unit.unknown_paths || std::any_of(unit.writable.begin(), unit.writable.end(), in)) return {};
    if (unit.private_tmp && (in("/tmp") || in("/var/tmp")))
        return std::string(
                   "the packaged service has its own /tmp and /var/tmp (PrivateTmp=yes in its unit), ") +
               "which are deleted when it stops; use a directory of its own: " + own;
    if (!unit.read_only_system) return {};
    const std::string path = printable(folder.string());
    return "the packaged service cannot write to " + shown +
           " (ProtectSystem=strict in its unit); use a directory of its own: " + own +
           "; or allow this one: systemctl edit " + unit.name +
           ", with the lines [Service] and "
           "ReadWritePaths=" +
           path + ", then chgrp carecloud-api " + path + " && chmod 770 " + path;
}

}  // namespace carecloud
