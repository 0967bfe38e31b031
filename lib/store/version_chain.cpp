#include "store/version_chain.hpp"

#include "store/archive_thread.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carecloud {
namespace {

Error damaged_version(const QuarantineKey& record, std::uint64_t seq) {
    return {
        .code = ErrorCode::store_corrupt,
        .operation = "read a version of " + record.stream,
        .subject = "the version of record " + record.id + " that change " + std::to_string(seq) +
                   " replaced is damaged",
        .hint =
            "the record itself and its newer versions are not affected; older ones are lost with this one; a "
            "backup may have them"};
}

}  // namespace

VersionPage versions_of_chain(const std::vector<ChainLink>& chain, bool has_body,
                              std::optional<std::uint64_t> before, std::size_t limit, std::size_t bytes_max,
                              const VersionRows& rows) {
    VersionPage page;
    std::size_t bytes = 0;
    // A version that was deleted and restored occurs at several numbers.
    std::set<Hash> kept;
    if (has_body) kept.insert(chain.front().hash);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const ChainLink& link = chain[i];
        if (i > 0 && rows.replaced_hash(chain[i - 1].seq) == link.hash) kept.insert(link.hash);
        if (before && link.seq >= *before) continue;
        if (page.versions.size() == limit || bytes >= bytes_max) {
            page.next = page.versions.back().seq;
            break;
        }
        page.versions.push_back({.seq = link.seq,
                                 .kind = link.kind,
                                 .modified = link.modified,
                                 .hash = link.hash,
                                 .committed_at = link.committed_at,
                                 .kept = kept.contains(link.hash)});
        bytes += rows.add_corrections(page.versions.back());
    }
    return page;
}

Result<std::optional<VersionBody>> version_of_chain(const std::vector<ChainLink>& chain,
                                                    const NewestVersion& newest, const QuarantineKey& record,
                                                    std::uint64_t seq, const VersionRows& rows) {
    const auto sought =
        std::find_if(chain.begin(), chain.end(), [&](const ChainLink& link) { return link.seq == seq; });
    if (sought == chain.end()) return std::optional<VersionBody>();
    if (newest.hash == sought->hash && newest.body != kNoBody)
        return std::optional(VersionBody{sought->hash, std::string(newest.body)});
    // From the newest to the oldest: each is packed as its difference from the one that replaced it.
    BodyUnpacker unpacker(newest.body);
    std::uint64_t damaged = 0;
    for (const ChainLink& link : chain) {
        const std::optional<PackedVersion> row = rows.replaced(link.seq);
        if (!row) continue;
        auto body = unpacker.unpack(row->packed, row->check);
        if (!body && damaged == 0) damaged = link.seq;
        if (row->check.hash != sought->hash) continue;
        if (!body) return damaged_version(record, damaged);
        return std::optional(VersionBody{sought->hash, std::move(body)});
    }
    return std::optional(VersionBody{.hash = sought->hash});
}

}  // namespace carecloud
