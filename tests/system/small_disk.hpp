// A small file system, visible to one process only and removed with it: simulates a full disk.
#pragma once

#include <string>

namespace carecloud {

// The exit code of a child whose user may not mount: such a test is skipped.
inline constexpr int kNoMount = 200;

// For ProcessOptions::prepare: mounts it over `directory`, with that size in the format of mount(8) ("512k"). Returns
// 0, or kNoMount.
int mount_small(const std::string& directory, const std::string& size);

}  // namespace carecloud
