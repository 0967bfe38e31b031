// Small files, read whole: regular ones, and those that hold a secret (the portal's key, a token, a password), whose
// content never appears in a message.
//
//     Result<FileText> file = read_regular_file(path, 1 << 20, "read the configuration");
//     Result<std::string> key = read_secret_file(configuration.portal.api_key_file);
//     FileStamp seen = file_stamp(path).value_or(FileStamp{});      // later: changed if file_stamp(path) !=
//     seen
//
// Blocking, but small and local. Safe on any thread.
#pragma once

#include "base/error.hpp"
#include "runtime/environment.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace carecloud {

inline constexpr std::size_t kSecretMax = 4096;  // bytes

// The file's text without one trailing line break.
// Errors (config_invalid, each names the path and the remedy): not there, not readable, not a regular file,
// readable by group or others (except in $CREDENTIALS_DIRECTORY, which systemd guards), empty, too large,
// with control characters, blanks at an end or bytes that are not UTF-8.
Result<std::string> read_secret_file(const std::string& path,
                                     const EnvironmentLookup& environment = process_environment);

// Whether the file is one of those in $CREDENTIALS_DIRECTORY: systemd's copy, made when the service starts. A change of
// the original reaches it by a restart alone; a reload does not refresh it.
bool is_credential(const std::string& path, const EnvironmentLookup& environment = process_environment);

// Distinguishes one state of a file from the next. The change time is in it too, so that a `chmod` that repairs
// the permissions counts as a change.
struct FileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// None: there is no such file, or it cannot be read. Follows links, as credentials are often swapped by
// one.
std::optional<FileStamp> file_stamp(const std::string& path);

struct FileText {
    std::string text;
    unsigned mode = 0;  // permission bits, as of fstat(2)
};

// The whole of a regular file. Never blocks on a FIFO or a device, never reads more than `size_max` + 1
// bytes. Errors (config_invalid): not there, a directory, not a regular file, not readable, larger than
// `size_max`. `operation` is the error's.
Result<FileText> read_regular_file(const std::string& path, std::size_t size_max,
                                   const std::string& operation);

}  // namespace carecloud
