#include "store/announced_count.hpp"
#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/tables.hpp"

namespace carecloud {
namespace {

constexpr std::string_view kEventInsert =
    "INSERT INTO events (message_id, topic_arn, event_type, stream, record_id, event_time, received_at, "
    "state,"
    " settled_at, body, held_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO "
    "NOTHING";
constexpr std::string_view kOpen =
    "SELECT message_id, record_id, event_time, held_seq FROM events WHERE stream = ?1 AND state = 'open'"
    " ORDER BY received_at LIMIT ?2";
constexpr std::string_view kCountOpen = "SELECT count(*) FROM events WHERE state = 'open'";
constexpr std::string_view kSettle =
    "UPDATE events SET state = ?2, settled_at = ?3 WHERE message_id = ?1 AND state = 'open'";
// The log is in order of commits, so its end is read backwards up to `from`.
constexpr std::string_view kRecent =
    "SELECT id, kind, modified, committed_at FROM changes WHERE stream = ?1 ORDER BY seq DESC LIMIT 20000";
constexpr std::string_view kAnnounced =
    "SELECT record_id FROM events INDEXED BY events_by_arrival WHERE stream = ?1 AND received_at >= ?2";
constexpr std::string_view kSubscriptionSave =
    "INSERT INTO subscriptions (topic_arn, state, subscription_arn, changed_at) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT DO UPDATE SET state = excluded.state,"
    " subscription_arn = ifnull(excluded.subscription_arn, subscription_arn), changed_at = "
    "excluded.changed_at"
    " WHERE state != excluded.state"
    " OR (excluded.subscription_arn IS NOT NULL AND subscription_arn IS NOT excluded.subscription_arn)";
constexpr std::string_view kAll =
    "SELECT topic_arn, state, subscription_arn, changed_at FROM subscriptions ORDER BY topic_arn";

void bind_or_null(Statement& statement, int index, std::string_view text) {
    if (text.empty()) {
        statement.bind_null(index);
    } else {
        statement.bind(index, text);
    }
}
constexpr std::string_view kAllCertificates =
    "SELECT url, pem, fetched_at FROM signing_certificates ORDER BY fetched_at, url";
constexpr std::string_view kSaveCertificate =
    "INSERT INTO signing_certificates (url, pem, fetched_at) VALUES (?1, ?2, ?3)"
    " ON CONFLICT DO UPDATE SET pem = excluded.pem, fetched_at = excluded.fetched_at";
constexpr std::string_view kRemoveCertificate = "DELETE FROM signing_certificates WHERE url = ?1";

}  // namespace

EventTable::EventTable(Connection& db)
    : insert_(db, kEventInsert),
      open_(db, kOpen),
      count_open_(db, kCountOpen),
      settle_(db, kSettle),
      recent_(db, kRecent),
      announced_(db, kAnnounced) {}

bool EventTable::insert(const Event& event, std::string_view received_at, std::uint64_t held_seq) {
    insert_.bind(1, event.message_id);
    insert_.bind(2, event.topic_arn);
    insert_.bind(3, event.event_type);
    insert_.bind_null(4);
    if (event.stream) insert_.bind(4, *event.stream);
    bind_or_null(insert_, 5, event.record_id);
    bind_or_null(insert_, 6, event.event_time);
    insert_.bind(7, received_at);
    insert_.bind(8, to_string(event.state));
    bind_or_null(insert_, 9, event.state == EventState::open ? std::string_view() : received_at);
    insert_.bind(10, event.body);
    insert_.bind_null(11);
    if (held_seq > 0) insert_.bind(11, static_cast<std::int64_t>(held_seq));
    return insert_.run() > 0;
}

std::vector<OpenEvent> EventTable::open(std::string_view stream, std::size_t limit) {
    open_.bind(1, stream);
    open_.bind(2, static_cast<std::int64_t>(limit));
    const Statement::Scope scope(open_);
    std::vector<OpenEvent> events;
    while (open_.step())
        events.push_back(open_event_of_row(open_));
    return events;
}

std::size_t EventTable::count_open() {
    const Statement::Scope scope(count_open_);
    return count_open_.step() ? static_cast<std::size_t>(count_open_.integer(0)) : 0;
}

void EventTable::settle(const Settlement& settlement, std::string_view settled_at) {
    settle_.bind(1, settlement.message_id);
    settle_.bind(2, to_string(settlement.state));
    settle_.bind(3, settled_at);
    settle_.run();
}

Announced EventTable::announced(std::string_view stream, Timestamp from, Timestamp until) {
    const std::string from_text = from.to_string_ms();
    const std::string until_text = until.to_string_ms();
    AnnouncedCount count(from, until);
    announced_.bind(1, stream);
    announced_.bind(2, from_text);
    const Statement::Scope events(announced_);
    while (announced_.step())
        count.add_event(announced_.text(0));
    recent_.bind(1, stream);
    const Statement::Scope changes(recent_);
    while (recent_.step() && recent_.text(3) >= from_text) {
        const bool moved = recent_.text(1) == "created" || recent_.text(1) == "updated";
        if (moved && recent_.text(3) < until_text) count.add_change(recent_.text(0), recent_.text(2));
    }
    return count.result();
}

SubscriptionTable::SubscriptionTable(Connection& db) : save_(db, kSubscriptionSave), all_(db, kAll) {}

bool SubscriptionTable::save(const Subscription& subscription, std::string_view at) {
    save_.bind(1, subscription.topic_arn);
    save_.bind(2, to_string(subscription.state));
    bind_or_null(save_, 3, subscription.subscription_arn);
    save_.bind(4, at);
    return save_.run() > 0;
}

std::vector<Subscription> SubscriptionTable::all() {
    const Statement::Scope scope(all_);
    std::vector<Subscription> found;
    while (all_.step())
        found.push_back(subscription_of_row(all_));
    return found;
}

CertificateTable::CertificateTable(Connection& db)
    : all_(db, kAllCertificates), save_(db, kSaveCertificate), remove_(db, kRemoveCertificate) {}

std::vector<KeptCertificate> CertificateTable::all() {
    const Statement::Scope scope(all_);
    std::vector<KeptCertificate> found;
    while (all_.step()) {
        found.push_back({.url = std::string(all_.text(0)),
                         .pem = std::string(all_.text(1)),
                         .fetched_at = Timestamp::parse(all_.text(2)).value_or(Timestamp{})});
    }
    return found;
}

void CertificateTable::save(const KeptCertificate& certificate) {
    const std::string fetched_at = certificate.fetched_at.to_string_ms();
    save_.bind(1, certificate.url);
    save_.bind(2, certificate.pem);
    save_.bind(3, fetched_at);
    save_.run();
}

bool CertificateTable::remove(std::string_view url) {
    remove_.bind(1, url);
    return remove_.run() > 0;
}

}  // namespace carecloud
