#include "versions/archive.hpp"

#include "versions/same_content.hpp"

namespace carecloud {
namespace {

// Leaves an empty tree where the text is no JSON.
bool read(JsonTree& tree, std::string_view text) {
    try {
        tree.read(text);
        return true;
    } catch (const BadJson&) {
        return false;
    }
}

}  // namespace

std::optional<ArchivedVersion> Archiver::archive(std::string_view former, std::string_view now) {
    if (former == now) return std::nullopt;
    const bool has_former = read(former_, former);
    const bool comparable = read(now_, now) && has_former;
    if (comparable && same_content(former_, now_)) return std::nullopt;
    ArchivedVersion kept{.packed = packer_.pack(former, former_, now_)};
    if (comparable) kept.differences = differences(former_, now_);
    return kept;
}

}  // namespace carecloud
