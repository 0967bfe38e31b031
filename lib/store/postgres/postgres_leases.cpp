#include "store/postgres/postgres_leases.hpp"

#include "store/postgres/moved_store.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"

#include <ctime>
#include <utility>

namespace carecloud {
namespace {

constexpr const char* kTake = "take the lease";
constexpr PgSql kExpired{"lease_expired",
                         "SELECT expires_at < clock_timestamp(), CASE WHEN isfinite(expires_at) THEN"
                         " (extract(epoch FROM clock_timestamp() - expires_at) * 1000)::bigint END FROM "
                         "lease_expiry WHERE stream = $1"};
constexpr PgSql kLockLease{"lock_lease", "SELECT holder FROM leases WHERE stream = $1 FOR UPDATE"};
constexpr PgSql kLockExpiry{"lock_expiry", "SELECT 1 FROM lease_expiry WHERE stream = $1 FOR UPDATE"};
constexpr PgSql kSetLease{"set_lease",
                          "UPDATE leases SET holder = $2, token = token + 1, timeline = "
                          "left(pg_walfile_name(pg_current_wal_lsn()), 8)"
                          " WHERE stream = $1 RETURNING token, timeline"};
constexpr PgSql kSetExpiry{
    "set_expiry",
    "UPDATE lease_expiry SET token = $2, expires_at = clock_timestamp() + $3 * interval '1 millisecond'"
    " WHERE stream = $1"};
// Fails after a failover of the database, like the check of the fence.
constexpr PgSql kRenew{
    "renew_lease",
    "UPDATE lease_expiry SET expires_at = clock_timestamp() + $3 * interval '1 millisecond'"
    " WHERE stream = $1 AND token = $2 AND EXISTS (SELECT 1 FROM leases l WHERE l.stream = $1 AND l.timeline "
    "= "
    "left(pg_walfile_name(pg_current_wal_lsn()), 8))"};
constexpr PgSql kRelease{"release_lease",
                         "UPDATE lease_expiry SET expires_at = '-infinity' WHERE stream = $1 AND token = $2"};
constexpr const char* kAddLease =
    "INSERT INTO leases (stream, holder, token, timeline) VALUES ($1, '', 0, '') ON CONFLICT (stream) DO "
    "NOTHING";
constexpr const char* kAddExpiry =
    "INSERT INTO lease_expiry (stream, token, expires_at) VALUES ($1, 0, '-infinity')"
    " ON CONFLICT (stream) DO NOTHING";
constexpr const char* kHistory =
    "SELECT coalesce((SELECT value FROM meta WHERE name = 'timeline'), ''),"
    " coalesce((SELECT value = '1' FROM meta WHERE name = 'synchronous'), false)";
constexpr const char* kNoteHistory =
    "INSERT INTO meta (name, value) VALUES ('timeline', $1), ('synchronous',"
    " CASE WHEN current_setting('synchronous_standby_names') <> '' THEN '1' ELSE '0' END)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr const char* kNewGeneration =
    "UPDATE meta SET value = replace(gen_random_uuid()::text, '-', '') WHERE name = 'generation'";

std::int64_t milliseconds_of(Duration span) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

// The engine's Clock is used only on the I/O thread. This one measures spans on the lease thread.
Duration since_boot_here() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// A renewal that takes longer than the lease is trusted is useless.
PostgresSettings lease_settings(PostgresSettings settings) {
    settings.connect_timeout = std::chrono::milliseconds(2000);
    return settings;
}

// Called in the transaction of a take.
void note_history(PgConnection& db, const std::string& timeline) {
    const PgRows known = db.query(kHistory);
    const bool is_new = !known[0].text(0).empty() && known[0].text(0) != timeline;
    if (is_new && !known[0].flag(1)) db.query(kNewGeneration);
    db.query(kNoteHistory, timeline);
}

}  // namespace

PostgresLeases::PostgresLeases(const PostgresSettings& settings, const Clock& clock)
    : clock_(clock),
      schema_(settings.schema),
      link_(lease_settings(settings)),
      thread_([] {}, std::chrono::hours(1)) {}

void PostgresLeases::close() {
    thread_.close();
    link_.disconnect();
}

Task<Result<std::optional<Lease>>> PostgresLeases::take(std::string name, std::string holder) {
    return thread_.run<std::optional<Lease>>(
        [this, name = std::move(name), holder = std::move(holder), called = clock_.since_boot()] {
            return take_now(name, holder, called);
        });
}

Result<std::optional<Lease>> PostgresLeases::take_now(const std::string& name, const std::string& holder,
                                                      Duration called) {
    const Duration called_here = since_boot_here();
    // Almost always another daemon holds the lease. This check needs no lock, which would delay the holder's pages.
    const auto expired = link_.run<bool>(kTake, [&](PgConnection& db) -> Result<bool> {
        const PgRows rows = db.query(kExpired, name);
        if (!rows.empty()) {
            // A stopped holder may have locked the lease's row.
            if (rows[0].flag(0)) end_paused_sessions(db, link_.settings().limits.idle_in_transaction);
            return rows[0].flag(0);
        }
        db.query(kAddLease, name);
        db.query(kAddExpiry, name);
        return true;
    });
    if (!expired) return expired.error();
    if (!*expired) return std::optional<Lease>();
    return link_.write<std::optional<Lease>>(kTake, [&](PgConnection& db, PgTransaction& transaction) {
        return take_expired(db, transaction, name, holder, called, called_here);
    });
}

// The expiry is checked in a separate statement after both locks: with a time from before the wait for them, two takers
// would both get the expired lease. Every transaction that locks both rows locks `leases` first, so takers cannot
// deadlock.
Result<std::optional<Lease>> PostgresLeases::take_expired(PgConnection& db, PgTransaction& transaction,
                                                          const std::string& name, const std::string& holder,
                                                          Duration called, Duration called_here) {
    const PgRows former = db.query(kLockLease, name);
    db.query(kLockExpiry, name);
    const Duration waited = since_boot_here() - called_here;
    const PgRows expiry = db.query(kExpired, name);
    if (former.empty() || expiry.empty() || !expiry[0].flag(0)) return std::optional<Lease>();
    if (auto moved = refuse_moved_store(db, link_.settings().text())) return *moved;
    if (read_schema_state(db, schema_).is_newer) {
        throw PgError(PgError::Kind::newer, "", "the schema is newer than this program",
                      "a daemon of the newer version runs the engine; upgrade this one");
    }
    const PgRows taken = db.query(kSetLease, name, holder);
    const std::string timeline(taken[0].text(1));
    db.query(kSetExpiry, name, taken[0].number(0), milliseconds_of(kLength));
    note_history(db, timeline);
    Lease lease{.fence = {.lease = name, .holder = holder, .token = taken[0].count(0)},
                .timeline = timeline,
                .held_until = called + waited + kTrusted};
    if (!expiry[0].is_null(1)) {
        lease.former = former[0].text(0);
        lease.unrenewed = std::chrono::milliseconds(expiry[0].number(1)) + kLength;
    }
    transaction.commit();
    return std::optional(std::move(lease));
}

Task<Result<Lease>> PostgresLeases::renew(Lease lease) {
    lease.held_until = clock_.since_boot() + kTrusted;  // counts from before the renewal is sent
    return thread_.run<Lease>([this, lease = std::move(lease)] {
        return link_.run<Lease>("renew the lease", [&](PgConnection& db) -> Result<Lease> {
            const Fence& fence = lease.fence;
            const PgRows renewed = db.query(kRenew, fence.lease, fence.token, milliseconds_of(kLength));
            if (renewed.affected() == 0) return store_lost_error("renew the lease");
            return lease;
        });
    });
}

Task<Result<>> PostgresLeases::release(Lease lease) {
    return thread_.run<void>([this, lease = std::move(lease)] {
        return link_.run<void>("release the lease", [&](PgConnection& db) -> Result<> {
            db.query(kRelease, lease.fence.lease, lease.fence.token);
            return {};
        });
    });
}

}  // namespace carecloud
