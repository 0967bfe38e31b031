// A record's history, the same in every database: its chain of changes, newest first, and the packed bodies of its
// former versions. The database reads the rows.
#pragma once

#include "base/error.hpp"
#include "store/reader.hpp"
#include "versions/packed_body.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// A change of a record and the version that it brought.
struct ChainLink {
    std::uint64_t seq = 0;
    ChangeKind kind = ChangeKind::updated;
    std::string modified{};
    Hash hash{};
    std::string committed_at{};
};

// The version that a change replaced.
struct PackedVersion {
    BodyCheck check{};
    std::string packed{};
};

// Functions that read rows by the seq of a change.
struct VersionRows {
    // The hash of the version that the change replaced; std::nullopt if that version is not kept.
    std::function<std::optional<Hash>(std::uint64_t seq)> replaced_hash;
    std::function<std::optional<PackedVersion>(std::uint64_t seq)> replaced;
    // Adds the change's corrections to the row; returns their number of bytes.
    std::function<std::size_t(VersionRow& row)> add_corrections;
};

// `has_body`: whether the body of the newest version is kept. The page ends after `limit` rows or `bytes_max` bytes of
// corrections.
VersionPage versions_of_chain(const std::vector<ChainLink>& chain, bool has_body,
                              std::optional<std::uint64_t> before, std::size_t limit, std::size_t bytes_max,
                              const VersionRows& rows);

// The newest version of a record.
struct NewestVersion {
    Hash hash{};
    std::string_view body{};
};

// The version that change `seq` brought; std::nullopt if the change is not in the chain. Errors: store_corrupt.
Result<std::optional<VersionBody>> version_of_chain(const std::vector<ChainLink>& chain,
                                                    const NewestVersion& newest, const QuarantineKey& record,
                                                    std::uint64_t seq, const VersionRows& rows);

}  // namespace carecloud
