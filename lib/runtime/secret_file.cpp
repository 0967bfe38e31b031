#include "runtime/secret_file.hpp"

#include "runtime/regular_file.hpp"
#include "runtime/text.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>

namespace carecloud {
namespace {

constexpr const char* kOperation = "read secret file";

Error refuse(const std::string& path, std::string_view what, std::string hint) {
    return Error{ErrorCode::config_invalid, kOperation, in_quotes(path, 400) + " " + std::string(what),
                 std::move(hint)};
}

std::string octal(unsigned mode) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04o", mode);
    return text.data();
}

std::int64_t nanoseconds(const timespec& at) {
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

Result<std::string> read_text(const std::string& path, const EnvironmentLookup& environment) {
    Result<FileText> file = read_regular_file(path, kSecretMax, kOperation);
    if (!file) return file.error();
    if ((file->mode & 077U) != 0 && !is_credential(path, environment)) {
        return refuse(path, "is accessible to users other than its owner (mode " + octal(file->mode) + ")",
                      "chmod 600 " + printable(path));
    }
    std::string& secret = file->text;
    if (secret.ends_with("\r\n"))
        secret.resize(secret.size() - 2);
    else if (secret.ends_with('\n'))
        secret.resize(secret.size() - 1);
    if (secret.empty()) return refuse(path, "is empty", "write the secret to it, on one line");
    if (has_control(secret)) {
        return refuse(path, "contains control characters or more than one line",
                      "it must contain only the secret, on one line");
    }
    if (!is_utf8(secret))
        return refuse(path, "is not UTF-8 text", "it must contain only the secret, on one line");
    if (secret.front() == ' ' || secret.back() == ' ') {
        return refuse(path, "starts or ends with a space", "remove the space");
    }
    return std::move(secret);
}

}  // namespace

// Where the path really leads counts, not how it is written.
bool is_credential(const std::string& path, const EnvironmentLookup& environment) {
    const std::optional<std::string> directory = environment("CREDENTIALS_DIRECTORY");
    if (!directory || directory->empty()) return false;
    std::error_code failure;
    const std::filesystem::path real_directory = std::filesystem::canonical(*directory, failure);
    if (failure) return false;
    const std::filesystem::path real_path = std::filesystem::canonical(path, failure);
    return !failure && real_path.parent_path() == real_directory;
}

Result<std::string> read_secret_file(const std::string& path, const EnvironmentLookup& environment) {
    Result<std::string> secret = read_text(path, environment);
    if (secret || !is_credential(path, environment)) return secret;
    Error error = secret.error();
    error.hint +=
        "; it is a copy made by systemd: change the source file of LoadCredential= in the unit, then run "
        "systemctl restart carecloud-syncd";
    return error;
}

std::optional<FileStamp> file_stamp(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return FileStamp{status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
                     nanoseconds(status.st_ctim)};
}

}  // namespace carecloud
