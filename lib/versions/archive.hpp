// What is kept of a version that another one replaces: its body, packed, and what the other one corrected.
//
//     Archiver archiver;
//     if (auto kept = archiver.archive(former, now)) write(kept->packed, kept->differences);
//
// It reuses its memory from record to record. Pure; one thread at a time.
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
    // None: the two differ in their bytes alone, and nothing is to be kept. A body that is no JSON is kept whole, with
    // no differences.
    std::optional<ArchivedVersion> archive(std::string_view former, std::string_view now);

  private:
    bool is_same_as_a_whole(std::string_view former, std::string_view now);

    TreePair pair_;
    JsonTree whole_former_;
    JsonTree whole_now_;
    BodyPacker packer_;
};

}  // namespace carecloud
