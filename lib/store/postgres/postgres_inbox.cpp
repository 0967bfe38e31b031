// The part of PostgresStore for SNS: the inbox and the signing certificates. Uses its own connection, so events never
// wait for a page.
#include "store/announced_count.hpp"
#include "store/postgres/pipeline.hpp"
#include "store/postgres/postgres_store_impl.hpp"
#include "store/postgres/schema.hpp"
#include "store/rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace carecloud {
namespace {

// All groups of events wait for this row's lock, which is held until the commit. So two groups with the same events in
// different order cannot deadlock, and the order of the numbers is the order of the commits. Nothing is written once a
// newer version of this program has migrated the schema to an incompatible one.
constexpr PgSql kTakeEventNumbers{
    "take_event_numbers",
    "UPDATE event_head SET n = n + $1 WHERE NOT EXISTS"
    " (SELECT 1 FROM schema_version WHERE version > $2 AND NOT compatible) RETURNING n"};
constexpr PgSql kInsertEvent{
    "insert_event",
    "INSERT INTO events (message_id, topic_arn, event_type, stream, record_id, event_time, received_at, "
    "state,"
    " settled_at, body, held_seq, n) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " (SELECT seq FROM records WHERE stream = $4 AND id = $5), $11 ON CONFLICT (message_id) DO NOTHING"};
constexpr PgSql kNotifyEvents{"notify_events", "SELECT pg_notify($1, '')"};
constexpr PgSql kOpenEvents{
    "open_events",
    "SELECT message_id, record_id, event_time, held_seq FROM events WHERE stream = $1 AND state = 'open'"
    " ORDER BY received_at, n LIMIT $2"};
constexpr PgSql kSettleEvent{
    "settle_event", "UPDATE events SET state = $2, settled_at = $3 WHERE message_id = $1 AND state = 'open'"};
// The log is in the order of commits, so only its newest part is read.
constexpr const char* kRecentChanges =
    "SELECT id, modified FROM (SELECT * FROM changes WHERE stream = $1 ORDER BY seq DESC LIMIT 20000) c"
    " WHERE committed_at >= $2 AND committed_at < $3 AND kind IN ('created', 'updated')";
constexpr const char* kAnnouncedRecords =
    "SELECT record_id FROM events WHERE stream = $1 AND received_at >= $2 AND record_id IS NOT NULL";
constexpr const char* kPutSubscription =
    "INSERT INTO subscriptions AS s (topic_arn, state, subscription_arn, changed_at) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (topic_arn) DO UPDATE SET state = excluded.state,"
    " subscription_arn = coalesce(excluded.subscription_arn, s.subscription_arn), changed_at = "
    "excluded.changed_at"
    " WHERE s.state <> excluded.state OR (excluded.subscription_arn IS NOT NULL"
    " AND s.subscription_arn IS DISTINCT FROM excluded.subscription_arn)";
constexpr const char* kPutCertificate =
    "INSERT INTO signing_certificates (url, pem, fetched_at) VALUES ($1, $2, $3)"
    " ON CONFLICT (url) DO UPDATE SET pem = excluded.pem, fetched_at = excluded.fetched_at";

std::optional<std::string> unless_empty(const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(pg_text(text));
}

void add_event(PgPipeline& pipeline, const ArrivedEvent& arrived, std::uint64_t number) {
    const Event& event = arrived.event;
    const Timestamp received_at = Timestamp::parse(arrived.received_at).value_or(Timestamp{});
    const auto settled_at = event.state == EventState::open ? std::nullopt : std::optional(received_at);
    pipeline.add(kInsertEvent, pg_text(event.message_id), pg_text(event.topic_arn), pg_text(event.event_type),
                 event.stream, unless_empty(event.record_id), unless_empty(event.event_time), received_at,
                 to_string(event.state), settled_at, pg_text(event.body), number);
}

// Returns true for each event that is new.
std::vector<bool> insert_events(PgConnection& db, PgTransaction& transaction,
                                const std::vector<ArrivedEvent>& arrived, const std::string& schema) {
    const PgRows head = db.query(kTakeEventNumbers, std::uint64_t{arrived.size()},
                                 std::int32_t{pg_migrations().back().number});
    if (head.empty()) {
        read_schema_state(db, schema);  // throws with the reason if the schema is incompatible
        throw PgError(PgError::Kind::refused, "XX001", "the table event_head has no row");
    }
    const std::uint64_t newest = head[0].count(0);
    PgPipeline pipeline(db);
    for (std::size_t i = 0; i < arrived.size(); ++i)
        add_event(pipeline, arrived[i], newest - arrived.size() + i + 1);
    pipeline.add(kNotifyEvents, schema);
    const std::vector<PgRows> results = pipeline.finish();
    std::vector<bool> fresh;
    for (std::size_t i = 0; i < arrived.size(); ++i)
        fresh.push_back(results[i].affected() > 0);
    // If nothing is new, the transaction is rolled back, which also returns the numbers.
    if (std::find(fresh.begin(), fresh.end(), true) != fresh.end()) transaction.commit();
    return fresh;
}

}  // namespace

Result<std::vector<bool>> PostgresStore::Impl::write_events(const std::vector<ArrivedEvent>& arrived) {
    return inbox_link.write<std::vector<bool>>(
        "receive events", [&](PgConnection& db, PgTransaction& transaction) -> Result<std::vector<bool>> {
            return insert_events(db, transaction, arrived, channel);
        });
}

Task<Result<bool>> PostgresStore::receive(Event event) {
    return impl_->events.receive(std::move(event), impl_->now().to_string_ms());
}

Task<Result<std::vector<OpenEvent>>> PostgresStore::open_events(std::string stream, std::size_t limit) {
    return impl_->on_inbox<std::vector<OpenEvent>>(
        "look up open events of " + stream, [stream, limit](PgConnection& db) {
            std::vector<OpenEvent> events;
            for (const PgRow row : db.query(kOpenEvents, stream, std::uint64_t{limit}))
                events.push_back(open_event_of_row(row));
            return Result<std::vector<OpenEvent>>(std::move(events));
        });
}

Task<Result<std::size_t>> PostgresStore::count_open() {
    return impl_->on_inbox<std::size_t>("count open events", [](PgConnection& db) {
        return Result<std::size_t>(db.query("SELECT count(*) FROM events WHERE state = 'open'")[0].count(0));
    });
}

Task<Result<>> PostgresStore::settle(std::vector<Settlement> settlements) {
    // All transactions lock the rows in the same order, so two of them cannot deadlock.
    std::sort(settlements.begin(), settlements.end(),
              [](const Settlement& a, const Settlement& b) { return a.message_id < b.message_id; });
    auto work = [settlements = std::move(settlements), at = impl_->now(), fence = impl_->term.fence](
                    PgConnection& db, PgTransaction& transaction) -> Result<> {
        if (auto lost = refuse_lost(db, fence, "settle events")) return *lost;
        PgPipeline pipeline(db);
        for (const Settlement& settlement : settlements)
            pipeline.add(kSettleEvent, settlement.message_id, to_string(settlement.state), at);
        transaction.commit(pipeline);
        return {};
    };
    return impl_->write_inbox<void>("settle events", std::move(work));
}

Task<Result<Announced>> PostgresStore::announced(std::string stream, Timestamp from, Timestamp until) {
    return impl_->read_slowly<Announced>(
        "count announced changes of " + stream, [stream, from, until](PgConnection& db) {
            AnnouncedCount count(from, until);
            for (const PgRow row : db.query(kAnnouncedRecords, stream, from))
                count.add_event(row.text(0));
            for (const PgRow row : db.query(kRecentChanges, stream, from, until))
                count.add_change(row.text(0), row.text(1));
            return Result<Announced>(count.result());
        });
}

Task<Result<>> PostgresStore::note_subscription(Subscription subscription) {
    return impl_->on_inbox<void>(
        "note a subscription", [subscription = std::move(subscription), at = impl_->now()](PgConnection& db) {
            db.query(kPutSubscription, pg_text(subscription.topic_arn), to_string(subscription.state),
                     unless_empty(subscription.subscription_arn), at);
            return Result<>();
        });
}

Task<Result<std::vector<Subscription>>> PostgresStore::subscriptions() {
    return impl_->on_inbox<std::vector<Subscription>>("look up subscriptions", [](PgConnection& db) {
        std::vector<Subscription> found;
        for (const PgRow row : db.query("SELECT topic_arn, state, subscription_arn, changed_at FROM "
                                        "subscriptions ORDER BY topic_arn"))
            found.push_back(subscription_of_row(row));
        return Result<std::vector<Subscription>>(std::move(found));
    });
}

Task<Result<std::vector<KeptCertificate>>> PostgresStore::certificates() {
    return impl_->on_inbox<std::vector<KeptCertificate>>(
        "look up signing certificates", [](PgConnection& db) {
            std::vector<KeptCertificate> found;
            for (const PgRow row :
                 db.query("SELECT url, pem, fetched_at FROM signing_certificates ORDER BY fetched_at, url")) {
                found.push_back({.url = std::string(row.text(0)),
                                 .pem = std::string(row.text(1)),
                                 .fetched_at = *row.time(2)});
            }
            return Result<std::vector<KeptCertificate>>(std::move(found));
        });
}

Task<Result<>> PostgresStore::save_certificate(KeptCertificate certificate) {
    certificate.fetched_at.ticks -= certificate.fetched_at.ticks % Timestamp::ticks_per_millisecond;
    return impl_->on_inbox<void>("save a signing certificate", [certificate = std::move(certificate)](
                                                                   PgConnection& db) {
        db.query(kPutCertificate, pg_text(certificate.url), pg_text(certificate.pem), certificate.fetched_at);
        return Result<>();
    });
}

Task<Result<>> PostgresStore::remove_certificate(std::string url) {
    return impl_->on_inbox<void>("remove a signing certificate", [url = std::move(url)](PgConnection& db) {
        db.query("DELETE FROM signing_certificates WHERE url = $1", pg_text(url));
        return Result<>();
    });
}

}  // namespace carecloud
