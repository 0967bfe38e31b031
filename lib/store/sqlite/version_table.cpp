#include "store/archive_thread.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/tables.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr std::string_view kVersionInsert =
    "INSERT OR FAIL INTO versions (seq, stream, id, modified, hash, bytes, body)";
constexpr std::string_view kCorrectionInsert =
    "INSERT OR FAIL INTO corrections (seq, n, day, sign_in, field, was, is_now)";

constexpr std::string_view kVersionFind = "SELECT hash, bytes, body FROM versions WHERE seq = ?1";
constexpr std::string_view kVersionUpdate = "UPDATE versions SET body = ?2 WHERE seq = ?1";
constexpr std::string_view kVersionRemove = "DELETE FROM versions WHERE seq = ?1 RETURNING length(body)";
constexpr std::string_view kAddTotals =
    "UPDATE version_totals SET versions = versions + ?1, bytes = bytes + ?2";

}  // namespace

VersionTotals::VersionTotals(Connection& db)
    : add_(db, kAddTotals), count_(db, "SELECT versions FROM version_totals") {}

bool VersionTotals::has_any() {
    const Statement::Scope scope(count_);
    return count_.step() && count_.integer(0) > 0;
}

void VersionTotals::add(std::int64_t versions, std::int64_t bytes) {
    add_.bind(1, versions);
    add_.bind(2, bytes);
    add_.run();
}

PreviousChange::PreviousChange(Connection& db) : find_(db, "SELECT previous FROM changes WHERE seq = ?1") {}

std::int64_t PreviousChange::of(std::int64_t seq) {
    find_.bind(1, seq);
    const Statement::Scope scope(find_);
    return find_.step() ? std::min(find_.integer(0), seq - 1) : 0;
}

VersionRemoval::VersionRemoval(Connection& db) : remove_(db, kVersionRemove), previous_(db), totals_(db) {}

bool VersionRemoval::remove(std::int64_t seq) {
    remove_.bind(1, seq);
    const Statement::Scope scope(remove_);
    if (!remove_.step()) return false;
    totals_.add(-1, -remove_.integer(0));
    return true;
}

std::uint64_t VersionRemoval::remove_all(std::int64_t newest_seq) {
    std::uint64_t removed = 0;
    for (std::int64_t seq = newest_seq; seq > 0; seq = previous_.of(seq))
        removed += remove(seq) ? 1 : 0;
    return removed;
}

VersionTable::VersionTable(Connection& db)
    : insert_(db, kVersionInsert, 7),
      correct_(db, kCorrectionInsert, 7),
      find_(db, kVersionFind),
      update_(db, kVersionUpdate),
      previous_(db),
      totals_(db),
      removal_(db) {}

void VersionTable::break_off(std::uint64_t newest_seq) {
    if (totals_.has_any()) removal_.remove_all(static_cast<std::int64_t>(newest_seq));
}

void VersionTable::put(std::string_view stream, const std::vector<Replaced>& replaced) {
    std::vector<const Replaced*> kept;
    std::int64_t bytes = 0;
    for (const Replaced& one : replaced) {
        if (!one.kept) continue;
        kept.push_back(&one);
        bytes += static_cast<std::int64_t>(one.kept->packed.size());
    }
    insert(stream, kept);
    for (const Replaced& one : replaced) {
        if (!one.kept) bytes += pack_anew(one);
    }
    if (!kept.empty() || bytes != 0) totals_.add(static_cast<std::int64_t>(kept.size()), bytes);
}

// Packs the newest kept version of the record again: it was packed against bytes that are replaced by others now.
// Returns by how much its size grows.
std::int64_t VersionTable::pack_anew(const Replaced& replaced) {
    if (replaced.former == replaced.now) return 0;
    for (auto seq = static_cast<std::int64_t>(replaced.previous); seq > 0; seq = previous_.of(seq)) {
        find_.bind(1, seq);
        const Statement::Scope scope(find_);
        if (!find_.step()) continue;
        const BodyCheck check{.hash = find_.hash(0), .bytes = static_cast<std::size_t>(find_.integer(1))};
        const std::string_view packed = find_.text(2);
        const auto again = pack_again(packer_, packed, check, replaced.former, replaced.now);
        if (!again) return 0;
        const auto growth =
            static_cast<std::int64_t>(again->size()) - static_cast<std::int64_t>(packed.size());
        update_.bind(1, seq);
        update_.bind_blob(2, *again);
        update_.run();
        return growth;
    }
    return 0;
}

void VersionTable::insert(std::string_view stream, const std::vector<const Replaced*>& kept) {
    std::vector<Correction> corrections;
    insert_.run(kept, [&](auto& bind, const Replaced* one) {
        const auto seq = static_cast<std::int64_t>(one->seq);
        bind(seq);
        bind(stream);
        bind(one->id);
        bind(std::string_view(one->modified_text));
        bind(one->hash);
        bind(static_cast<std::int64_t>(one->former.size()));
        bind.blob(one->kept->packed);
        std::int64_t n = 0;
        for (const Difference& difference : one->kept->differences)
            corrections.push_back({seq, n++, &difference});
    });
    correct_.run(corrections, [](auto& bind, const Correction& one) {
        bind(one.seq);
        bind(one.n);
        bind(std::string_view(one.difference->day));
        bind(std::string_view(one.difference->sign_in));
        bind(std::string_view(one.difference->field));
        bind(one.difference->was);
        bind(one.difference->is_now);
    });
}

}  // namespace carecloud
