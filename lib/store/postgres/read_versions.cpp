// The part of PgReadDatabase that reads the former versions of a record.
#include "store/archive_thread.hpp"
#include "store/postgres/pg_read_database.hpp"
#include "store/postgres/read_queries.hpp"
#include "store/postgres/snapshot.hpp"
#include "store/read_rows.hpp"

#include <utility>
#include <vector>

namespace carecloud {
namespace {

// Newest first, as far as the log goes back.
std::vector<ChainLink> chain_of(PgConnection& db, const std::string& stream, const std::string& id) {
    std::vector<ChainLink> chain;
    if (!is_pg_text(id)) return chain;
    for (const PgRow row : db.query(pg_queries::kChain, stream, id))
        chain.push_back(link_of_row(row, 1, row.count(0)));
    return chain;
}

std::size_t add_corrections(PgConnection& db, VersionRow& version) {
    std::size_t bytes = 0;
    for (const PgRow row : db.query(pg_queries::kCorrections, version.seq)) {
        version.corrections.push_back(correction_of_row(row));
        bytes += row.text(2).size() + row.text(3).size() + row.text(4).size();
    }
    return bytes;
}

VersionRows rows_of(PgConnection& db) {
    const auto replaced_hash = [&db](std::uint64_t seq) -> std::optional<Hash> {
        const PgRows found = db.query(pg_queries::kReplacedHash, seq);
        if (found.empty()) return std::nullopt;
        return found[0].hash(0);
    };
    const auto replaced = [&db](std::uint64_t seq) -> std::optional<PackedVersion> {
        const PgRows found = db.query(pg_queries::kReplaced, seq);
        if (found.empty()) return std::nullopt;
        return PackedVersion{.check = {.hash = found[0].hash(0), .bytes = found[0].count(1)},
                             .packed = std::string(found[0].text(2))};
    };
    return {.replaced_hash = replaced_hash, .replaced = replaced, .add_corrections = [&db](VersionRow& row) {
                return add_corrections(db, row);
            }};
}

}  // namespace

Result<std::optional<VersionPage>> PgReadDatabase::versions(const std::string& stream, const std::string& id,
                                                            std::optional<std::uint64_t> before,
                                                            std::size_t limit) {
    return link_.run<std::optional<VersionPage>>(
        "read versions of " + stream, [&](PgConnection& db) -> Result<std::optional<VersionPage>> {
            const PgSnapshot snapshot(db);
            const std::vector<ChainLink> chain = chain_of(db, stream, id);
            if (chain.empty()) return std::optional<VersionPage>();
            const bool has_body = db.query(pg_queries::kRecord, stream, id)[0].text(5) != kNoBody;
            return std::optional(
                versions_of_chain(chain, has_body, before, limit, bounds_.bodies_bytes_max, rows_of(db)));
        });
}

Result<std::optional<VersionBody>> PgReadDatabase::version(const std::string& stream, const std::string& id,
                                                           std::uint64_t seq) {
    return link_.run<std::optional<VersionBody>>(
        "read a version of " + stream, [&](PgConnection& db) -> Result<std::optional<VersionBody>> {
            const PgSnapshot snapshot(db);
            const std::vector<ChainLink> chain = chain_of(db, stream, id);
            if (chain.empty()) return std::optional<VersionBody>();
            const PgRows record = db.query(pg_queries::kRecord, stream, id);
            const NewestVersion newest{.hash = record[0].hash(2), .body = record[0].text(5)};
            return version_of_chain(chain, newest, {stream, id}, seq, rows_of(db));
        });
}

}  // namespace carecloud
