// A file system of a few bytes, seen by one process alone and gone with it: how a full disk is made.
#pragma once

#include <string>

namespace carecloud {

// How a child ends whose user may not mount: such a test is skipped.
inline constexpr int kNoMount = 200;

// For ProcessOptions::prepare: over `directory`, of that size as mount(8) writes it ("512k"). 0, or kNoMount.
int mount_small(const std::string& directory, const std::string& size);

}  // namespace carecloud
