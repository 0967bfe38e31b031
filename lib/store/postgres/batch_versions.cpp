#include "store/postgres/batch_versions.hpp"

#include "store/postgres/copy.hpp"

#include <utility>

namespace carecloud {
namespace {

// Full bodies have up to 35 KB; those of a lot are in memory twice for a short time.
constexpr std::size_t kLotRecords = 128;

constexpr PgSql kReadBodies{
    "read_bodies",
    "SELECT r.id, r.body FROM unnest($2) u(id)"
    " CROSS JOIN LATERAL (SELECT * FROM records WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) r"};
// Follows each chain back to the newest change whose replaced version is kept.
constexpr PgSql kReadKept{
    "read_kept",
    "WITH RECURSIVE chain AS (SELECT u.seq AS start, u.seq FROM unnest($1) u(seq)"
    " UNION ALL SELECT chain.start, c.previous FROM chain CROSS JOIN LATERAL"
    " (SELECT previous FROM changes WHERE seq = chain.seq AND previous < chain.seq) c"
    " WHERE NOT EXISTS (SELECT 1 FROM versions v WHERE v.seq = chain.seq))"
    " SELECT chain.start, v.seq, v.hash, v.bytes, v.body FROM chain JOIN versions v ON v.seq = chain.seq"};
constexpr PgSql kUpdateVersion{"update_version", "UPDATE versions SET body = $2 WHERE seq = $1"};
constexpr PgSql kAddTotals{"add_totals",
                           "UPDATE version_totals SET versions = versions + $1, bytes = bytes + $2"};

}  // namespace

std::uint64_t final_seq(std::uint64_t seq, std::uint64_t base) {
    return seq > kPlannedSeq ? base + (seq - kPlannedSeq) : seq;
}

void BatchVersions::pack(const Batch& batch, const BatchPlan& plan) {
    archive_.discard();
    std::vector<const PlannedVersion*> lot;
    for (const PlannedVersion& version : plan.versions()) {
        lot.push_back(&version);
        if (lot.size() < kLotRecords) continue;
        add_lot(batch, std::exchange(lot, {}));
        sort(archive_.take_done());
    }
    add_lot(batch, lot);
    sort(archive_.finish());
    pack_respelled(plan);
}

void BatchVersions::add_lot(const Batch& batch, const std::vector<const PlannedVersion*>& lot) {
    std::vector<std::string_view> ids;
    for (const PlannedVersion* const version : lot) {
        if (!version->former) ids.push_back(version->id);
    }
    TextMap<std::string> bodies;
    if (!ids.empty()) {
        for (const PgRow row : db_.query(kReadBodies, batch.stream, PgTexts{ids}))
            bodies.emplace(row.text(0), row.text(1));
    }
    for (const PlannedVersion* const version : lot) {
        std::string former;
        if (version->former) {
            former = version->former->body;
        } else if (const auto found = bodies.find(version->id); found != bodies.end()) {
            former = std::move(found->second);
        }
        if (former.empty() || former == kNoBody) continue;
        archive_.add({.seq = version->seq,
                      .previous = version->previous,
                      .id = version->id,
                      .now = version->now,
                      .modified_text = version->modified_text,
                      .hash = version->hash,
                      .former = std::move(former),
                      .page = batch.page});
    }
}

void BatchVersions::sort(std::vector<Replaced> done) {
    for (Replaced& one : done) {
        if (one.kept) {
            kept_by_seq_[one.seq] = kept_.size();
            kept_.push_back(std::move(one));
        } else if (one.former != one.now) {
            respelled_.push_back({one.previous, std::move(one.former), one.now});
        }
    }
}

// Another spelling has replaced the bytes against which the newest kept version of such a record is packed, so that
// version is packed again.
void BatchVersions::pack_respelled(const BatchPlan& plan) {
    std::vector<std::int64_t> starts;
    for (Respelled& one : respelled_) {
        while (one.previous > kPlannedSeq && !kept_by_seq_.contains(one.previous))
            one.previous = plan.changes()[one.previous - kPlannedSeq - 1].previous;
        if (one.previous > 0 && one.previous < kPlannedSeq)
            starts.push_back(static_cast<std::int64_t>(one.previous));
    }
    read_stored(starts);
    for (const Respelled& one : respelled_) {
        if (const auto kept = kept_by_seq_.find(one.previous); kept != kept_by_seq_.end()) {
            Replaced& version = kept_[kept->second];
            const BodyCheck check{.hash = version.hash, .bytes = version.former.size()};
            if (auto again = pack_again(packer_, version.kept->packed, check, one.former, one.now))
                version.kept->packed = std::move(*again);
        } else if (const auto start = start_of_.find(one.previous); start != start_of_.end()) {
            Stored& version = stored_.at(start->second);
            if (auto again = pack_again(packer_, version.packed, version.check, one.former, one.now))
                version.packed = std::move(*again);
        }
    }
}

void BatchVersions::read_stored(const std::vector<std::int64_t>& starts) {
    if (starts.empty()) return;
    for (const PgRow row : db_.query(kReadKept, PgNumbers{starts})) {
        start_of_[row.count(0)] = row.count(1);
        Stored stored{.check = {.hash = row.hash(2), .bytes = static_cast<std::size_t>(row.number(3))},
                      .packed = std::string(row.text(4)),
                      .packed_before = row.text(4).size()};
        stored_.emplace(row.count(1), std::move(stored));
    }
}

void BatchVersions::copy(const std::string& stream, std::uint64_t base) {
    if (kept_.empty()) return;
    PgCopy versions(db_, "COPY versions (seq, stream, id, modified, hash, bytes, body) FROM STDIN BINARY");
    bool has_corrections = false;
    for (const Replaced& one : kept_) {
        versions.row(7);
        versions.field(final_seq(one.seq, base));
        versions.field(stream);
        versions.field(one.id);
        versions.field(one.modified_text);
        versions.field(one.hash);
        versions.field(std::uint64_t{one.former.size()});
        versions.field(one.kept->packed);
        has_corrections = has_corrections || !one.kept->differences.empty();
    }
    versions.end();
    if (!has_corrections) return;
    PgCopy corrections(db_, "COPY corrections (seq, n, day, sign_in, field, was, is_now) FROM STDIN BINARY");
    const auto optional = [](const std::optional<std::string>& text) {
        return text ? std::optional(pg_text(*text)) : std::nullopt;
    };
    for (const Replaced& one : kept_) {
        std::int64_t n = 0;
        for (const Difference& difference : one.kept->differences) {
            corrections.row(7);
            corrections.field(final_seq(one.seq, base));
            corrections.field(n++);
            corrections.field(pg_text(difference.day));
            corrections.field(pg_text(difference.sign_in));
            corrections.field(pg_text(difference.field));
            corrections.field(optional(difference.was));
            corrections.field(optional(difference.is_now));
        }
    }
    corrections.end();
}

void BatchVersions::add_updates(PgPipeline& pipeline) {
    std::int64_t bytes = 0;
    for (const Replaced& one : kept_)
        bytes += static_cast<std::int64_t>(one.kept->packed.size());
    for (const auto& [seq, version] : stored_) {
        bytes += static_cast<std::int64_t>(version.packed.size()) -
                 static_cast<std::int64_t>(version.packed_before);
        pipeline.add(kUpdateVersion, seq, PgBytes{version.packed});
    }
    if (!kept_.empty() || bytes != 0)
        pipeline.add(kAddTotals, static_cast<std::int64_t>(kept_.size()), bytes);
}

}  // namespace carecloud
