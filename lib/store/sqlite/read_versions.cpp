// What of ReadDatabase reads the former versions of a record.
#include "store/sqlite/connection.hpp"
#include "store/sqlite/read_database.hpp"
#include "store/sqlite/tables.hpp"
#include "versions/packed_body.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace carecloud {

// A change of a record, and the version that it brought.
struct ReadDatabase::Link {
    std::uint64_t seq = 0;
    ChangeKind kind = ChangeKind::updated;
    std::string modified{};
    Hash hash{};
    std::string committed_at{};
};

namespace {

std::optional<std::string> text_or_null(const Statement& statement, int column) {
    if (statement.is_null(column)) return std::nullopt;
    return std::string(statement.text(column));
}

Error damaged_version(const std::string& stream, const std::string& id, std::uint64_t seq) {
    return {
        .code = ErrorCode::store_corrupt,
        .operation = "read a version of " + stream,
        .subject =
            "the version of record " + id + " that change " + std::to_string(seq) + " replaced is damaged",
        .hint =
            "the record itself and its newer versions are not affected; older ones are lost with this one; a "
            "backup may have them"};
}

}  // namespace

// The newest first, as far as the log goes back.
std::vector<ReadDatabase::Link> ReadDatabase::chain_of(const std::string& stream, const std::string& id) {
    std::vector<Link> chain;
    newest_seq_.bind(1, stream);
    newest_seq_.bind(2, id);
    const Statement::Scope scope(newest_seq_);
    if (!newest_seq_.step()) return chain;
    // The numbers must decrease, so a damaged chain ends, too.
    std::int64_t seq = newest_seq_.integer(0);
    for (std::int64_t before = seq; before > 0 && before <= seq;) {
        seq = before;
        link_.bind(1, seq);
        const Statement::Scope link(link_);
        if (!link_.step()) break;
        chain.push_back({.seq = static_cast<std::uint64_t>(seq),
                         .kind = change_kind_from(link_.text(1)).value_or(ChangeKind::updated),
                         .modified = std::string(link_.text(2)),
                         .hash = link_.hash(3),
                         .committed_at = std::string(link_.text(4))});
        before = std::min(link_.integer(0), seq - 1);
    }
    return chain;
}

bool ReadDatabase::has_body(const std::string& stream, const std::string& id) {
    record_.bind(1, stream);
    record_.bind(2, id);
    const Statement::Scope scope(record_);
    return record_.step() && record_.text(5) != kNoBody;
}

// The hash of the version that this change replaced; none: it is not kept.
std::optional<Hash> ReadDatabase::replaced_by(std::uint64_t seq) {
    version_hash_.bind(1, static_cast<std::int64_t>(seq));
    const Statement::Scope scope(version_hash_);
    if (!version_hash_.step()) return std::nullopt;
    return version_hash_.hash(0);
}

// How many bytes they have.
std::size_t ReadDatabase::add_corrections(VersionRow& row) {
    std::size_t bytes = 0;
    corrections_.bind(1, static_cast<std::int64_t>(row.seq));
    const Statement::Scope scope(corrections_);
    while (corrections_.step()) {
        row.corrections.push_back({.day = std::string(corrections_.text(0)),
                                   .sign_in = std::string(corrections_.text(1)),
                                   .field = std::string(corrections_.text(2)),
                                   .was = text_or_null(corrections_, 3),
                                   .is_now = text_or_null(corrections_, 4)});
        bytes += corrections_.text(2).size() + corrections_.text(3).size() + corrections_.text(4).size();
    }
    return bytes;
}

Result<std::optional<VersionPage>> ReadDatabase::versions(const std::string& stream, const std::string& id,
                                                          std::optional<std::uint64_t> before,
                                                          std::size_t limit) {
    return guarded("read versions of " + stream, path_, [&]() -> Result<std::optional<VersionPage>> {
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        const std::vector<Link> chain = chain_of(stream, id);
        if (chain.empty()) return std::optional<VersionPage>();
        VersionPage page;
        std::size_t bytes = 0;
        // A version that is deleted and comes back is there under several numbers.
        std::set<Hash> kept;
        if (has_body(stream, id)) kept.insert(chain.front().hash);
        for (std::size_t i = 0; i < chain.size(); ++i) {
            const Link& link = chain[i];
            if (i > 0 && replaced_by(chain[i - 1].seq) == link.hash) kept.insert(link.hash);
            if (before && link.seq >= *before) continue;
            if (page.versions.size() == limit || bytes >= bounds_.bodies_bytes_max) {
                page.next = page.versions.back().seq;
                break;
            }
            page.versions.push_back({.seq = link.seq,
                                     .kind = link.kind,
                                     .modified = link.modified,
                                     .hash = link.hash,
                                     .committed_at = link.committed_at,
                                     .kept = kept.contains(link.hash)});
            bytes += add_corrections(page.versions.back());
        }
        return std::optional<VersionPage>(std::move(page));
    });
}

Result<std::optional<VersionBody>> ReadDatabase::version(const std::string& stream, const std::string& id,
                                                         std::uint64_t seq) {
    return guarded("read a version of " + stream, path_, [&]() -> Result<std::optional<VersionBody>> {
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        const std::vector<Link> chain = chain_of(stream, id);
        const auto sought =
            std::find_if(chain.begin(), chain.end(), [&](const Link& link) { return link.seq == seq; });
        if (sought == chain.end()) return std::optional<VersionBody>();
        record_.bind(1, stream);
        record_.bind(2, id);
        const Statement::Scope scope(record_);
        record_.step();
        const bool is_there = record_.text(5) != kNoBody;
        if (record_.hash(2) == sought->hash && is_there)
            return VersionBody{sought->hash, std::string(record_.text(5))};
        // From the newest to the oldest: each is packed as what differs from the one after it.
        BodyUnpacker unpacker(record_.text(5));
        std::uint64_t damaged = 0;
        for (const Link& link : chain) {
            version_.bind(1, static_cast<std::int64_t>(link.seq));
            const Statement::Scope row(version_);
            if (!version_.step()) continue;
            const BodyCheck check{.hash = version_.hash(0),
                                  .bytes = static_cast<std::size_t>(version_.integer(1))};
            auto body = unpacker.unpack(version_.text(2), check);
            if (!body && damaged == 0) damaged = link.seq;
            if (check.hash != sought->hash) continue;
            if (!body) return damaged_version(stream, id, damaged);
            return VersionBody{sought->hash, std::move(body)};
        }
        return VersionBody{.hash = sought->hash};
    });
}

}  // namespace carecloud
