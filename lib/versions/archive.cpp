#include "versions/archive.hpp"

#include "versions/same_content.hpp"

namespace carecloud {

std::optional<ArchivedVersion> Archiver::archive(std::string_view former, std::string_view now) {
    if (former == now) return std::nullopt;
    ArchivedVersion kept;
    try {
        pair_.read(former, now);
        if (same_content(pair_.former(), pair_.now()) && is_same_as_a_whole(former, now)) return std::nullopt;
        kept.differences = differences(pair_.former(), pair_.now());
    } catch (const BadJson&) {
        // Not JSON, so there are no fields to compare.
    }
    kept.packed = packer_.pack(former, now);
    return kept;
}

// The pair omits equal values, and a duplicate member may be among them. So before the version is dropped, the whole
// texts are compared.
bool Archiver::is_same_as_a_whole(std::string_view former, std::string_view now) {
    whole_former_.read(former);
    whole_now_.read(now);
    return same_content(whole_former_, whole_now_);
}

}  // namespace carecloud
