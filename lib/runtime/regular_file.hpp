// Reading a small file whole: bounded, and a regular one for sure.
//
//     Result<FileText> file = read_regular_file(path, kSecretMax, "read secret file");
//
// Blocking, safe on any thread.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>

namespace carecloud {

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
