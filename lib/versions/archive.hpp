// What is kept of a replaced version: its packed body, and the fields that the new version corrected.
//
//     Archiver archiver;
//     if (auto kept = archiver.archive(former, now)) write(kept->packed, kept->differences);
//
// Reuses its memory for the next record. Pure; one thread at a time.
#pragma once

#include "json/tree_pair.hpp"
#include "versions/difference.hpp"
#include "versions/packed_body.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct ArchivedVersion {
    std::string packed{};  // see packed_body.hpp
    std::vector<Difference> differences{};
};

class Archiver {
  public:
    // std::nullopt if the two differ only in their bytes: then nothing is to be kept. A body that is not JSON is kept,
    // too, without differences.
    std::optional<ArchivedVersion> archive(std::string_view former, std::string_view now);

  private:
    bool is_same_as_a_whole(std::string_view former, std::string_view now);

    TreePair pair_;
    JsonTree whole_former_;
    JsonTree whole_now_;
    BodyPacker packer_;
};

}  // namespace carecloud
