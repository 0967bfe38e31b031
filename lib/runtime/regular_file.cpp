#include "runtime/regular_file.hpp"

#include "runtime/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace carecloud {
namespace {

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
