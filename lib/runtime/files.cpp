#include "runtime/files.hpp"

#include "base/packaged_service.hpp"
#include "runtime/text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

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

class FileDescriptor {
  public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    int get() const { return fd_; }
    bool open() const { return fd_ >= 0; }

  private:
    int fd_;
};

std::string reason(int error) {
    return std::generic_category().message(error);
}

std::string remedy(int error) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return "create the file or correct the path";
        case EACCES:
        case EPERM:
            return "grant the service user read access to the file and search access to its directories";
        default:
            return "make the file readable";
    }
}

}  // namespace

// Symbolic links are resolved: only the actual file counts.
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
        "systemctl restart " +
        PackagedService::own().unit();
    return error;
}

std::optional<FileStamp> file_stamp(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    return FileStamp{status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
                     nanoseconds(status.st_ctim)};
}

Result<FileText> read_regular_file(const std::string& path, std::size_t size_max,
                                   const std::string& operation) {
    const auto refuse = [&](const std::string& what, std::string hint) {
        return Error{ErrorCode::config_invalid, operation, in_quotes(path, 400) + " " + what,
                     std::move(hint)};
    };
    if (path.find('\0') != std::string::npos) return refuse("is not a path", "remove the NUL character");
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file.open()) return refuse("cannot be opened: " + reason(errno), remedy(errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0)
        return refuse("cannot be examined: " + reason(errno), remedy(errno));
    if (S_ISDIR(status.st_mode)) return refuse("is a directory", "specify a file in it");
    if (!S_ISREG(status.st_mode)) return refuse("is not a regular file", "specify a regular file");

    FileText content;
    content.mode = status.st_mode & 07777U;
    content.text.resize(size_max + 1);
    std::size_t filled = 0;
    while (filled < content.text.size()) {
        const ssize_t count = ::read(file.get(), content.text.data() + filled, content.text.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return refuse("cannot be read: " + reason(errno), remedy(errno));
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    if (filled > size_max) {
        return refuse("is larger than " + std::to_string(size_max) + " bytes",
                      "check that it is the right file");
    }
    content.text.resize(filled);
    return content;
}

}  // namespace carecloud
