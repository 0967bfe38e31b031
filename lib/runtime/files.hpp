// Reads small files: regular ones, and those that contain a secret (the portal's key, a token, a password), whose
// content never appears in an error.
//
//     Result<FileText> file = read_regular_file(path, 1 << 20, "read the configuration");
//     Result<std::string> key = read_secret_file(configuration.portal.api_key_file);
//     FileStamp seen = file_stamp(path).value_or(FileStamp{});  // later: changed if file_stamp(path) != seen
//
// Blocks, but only for small, local files. Thread-safe.
#pragma once

#include "base/error.hpp"
#include "runtime/environment.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace carecloud {

inline constexpr std::size_t kSecretMax = 4096;  // bytes

// Returns the file's text without one trailing line break. Errors (config_invalid; each names the path and the remedy):
// the file does not exist, is not readable, not regular, accessible to group or others (except in
// $CREDENTIALS_DIRECTORY, which systemd protects), empty or too large; or its text contains control characters, leading
// or trailing blanks, or bytes that are not UTF-8.
Result<std::string> read_secret_file(const std::string& path,
                                     const EnvironmentLookup& environment = process_environment);

// Whether the file is in $CREDENTIALS_DIRECTORY: a copy that systemd makes when the service starts. A change of the
// original takes effect only after a restart; a reload does not refresh the copy.
bool is_credential(const std::string& path, const EnvironmentLookup& environment = process_environment);

// Identifies a state of a file. Includes the change time, so a `chmod` that repairs the permissions counts as a change.
struct FileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// std::nullopt if the file does not exist or its directory is inaccessible. Follows links, because credentials are
// often replaced by changing a link.
std::optional<FileStamp> file_stamp(const std::string& path);

struct FileText {
    std::string text;
    unsigned mode = 0;  // permission bits, as in fstat(2)
};

// Reads a whole regular file. Never blocks on a FIFO or a device, and never reads more than `size_max` + 1 bytes.
// Errors (config_invalid): the path does not exist, is a directory or not a regular file, is not readable, or the file
// is larger than `size_max`. `operation` is used in the error.
Result<FileText> read_regular_file(const std::string& path, std::size_t size_max,
                                   const std::string& operation);

}  // namespace carecloud
