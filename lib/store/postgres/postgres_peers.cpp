#include "store/postgres/postgres_peers.hpp"

#include "store/postgres/pg_writer.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr PgSql kAnnounce{
    "announce_daemon",
    "INSERT INTO daemons AS d (id, host, pid, version, role, since, seen_at) VALUES ($1, $2, $3, $4, $5,"
    " clock_timestamp(), clock_timestamp()) ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = "
    "excluded.pid,"
    " version = excluded.version, role = excluded.role, seen_at = excluded.seen_at,"
    " since = CASE WHEN d.role = excluded.role THEN d.since ELSE excluded.since END"};
constexpr const char* kForgetDaemons =
    "DELETE FROM daemons WHERE seen_at < clock_timestamp() - $1 * interval '1 second'";
constexpr const char* kListDaemons =
    "SELECT id, host, pid, version, role, since,"
    " (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::bigint FROM daemons"
    " WHERE seen_at >= clock_timestamp() - $1 * interval '1 second' ORDER BY host COLLATE \"C\", id";
// The head is locked until its transaction commits, so all events up to this number are visible.
constexpr PgSql kNewestArrival{"newest_arrival", "SELECT n FROM event_head"};
constexpr PgSql kArrivedStreams{
    "arrived_streams",
    "SELECT DISTINCT stream FROM events WHERE n > $1 AND n <= $2 AND stream IS NOT NULL ORDER BY stream"};
constexpr const char* kSubmit =
    "WITH added AS (INSERT INTO peer_requests (text) VALUES ($1) RETURNING request)"
    " SELECT request, pg_notify($2, '') FROM added";
constexpr const char* kDropRequests =
    "DELETE FROM peer_requests WHERE submitted_at < clock_timestamp() - $1 * interval '1 second'";
constexpr PgSql kOpenRequests{
    "open_requests",
    "SELECT request, text FROM peer_requests WHERE answer IS NULL ORDER BY request LIMIT $1"};
constexpr const char* kAnswer =
    "WITH answered AS (UPDATE peer_requests SET answer = $2 WHERE request = $1 AND answer IS NULL RETURNING "
    "1)"
    " SELECT pg_notify($3, '') FROM answered";

std::int64_t seconds_of(Duration span) {
    return std::chrono::duration_cast<std::chrono::seconds>(span).count();
}

}  // namespace

PostgresPeers::PostgresPeers(const PostgresSettings& settings, const PostgresStore& store)
    : store_(store), channel_(settings.schema), link_(settings), thread_([] {}, std::chrono::hours(1)) {}

void PostgresPeers::close() {
    thread_.close();
    link_.disconnect();
}

Task<Result<>> PostgresPeers::announce(Daemon daemon) {
    return run<void>("announce the daemon", [daemon = std::move(daemon)](PgConnection& db) -> Result<> {
        db.query(kAnnounce, daemon.id, daemon.host, daemon.pid, daemon.version, to_string(daemon.role));
        db.query(kForgetDaemons, seconds_of(kUnseenMax));
        return {};
    });
}

Task<Result<>> PostgresPeers::withdraw(std::string id) {
    return run<void>("withdraw the daemon", [id = std::move(id)](PgConnection& db) -> Result<> {
        db.query("DELETE FROM daemons WHERE id = $1", id);
        return {};
    });
}

Task<Result<std::vector<DaemonRow>>> PostgresPeers::daemons() {
    return run<std::vector<DaemonRow>>("list the daemons", [](PgConnection& db) {
        std::vector<DaemonRow> found;
        for (const PgRow row : db.query(kListDaemons, seconds_of(kUnseenMax))) {
            found.push_back({.daemon = {.id = std::string(row.text(0)),
                                        .host = std::string(row.text(1)),
                                        .pid = row.count(2),
                                        .version = std::string(row.text(3)),
                                        .role = daemon_role_from(row.text(4)).value_or(DaemonRole::standby)},
                             .since = row.time_text(5),
                             .unseen = std::chrono::milliseconds(row.number(6))});
        }
        return Result<std::vector<DaemonRow>>(std::move(found));
    });
}

Task<Result<Arrivals>> PostgresPeers::arrivals(std::uint64_t after) {
    return run<Arrivals>("look up arrivals", [after](PgConnection& db) -> Result<Arrivals> {
        Arrivals arrivals{.newest = db.query(kNewestArrival)[0].count(0)};
        if (arrivals.newest <= after) return arrivals;
        for (const PgRow row : db.query(kArrivedStreams, after, arrivals.newest))
            arrivals.streams.emplace_back(row.text(0));
        return arrivals;
    });
}

Task<Result<std::uint64_t>> PostgresPeers::submit(std::string request) {
    return run<std::uint64_t>(
        "submit a request", [channel = channel_, request = std::move(request)](PgConnection& db) {
            return Result<std::uint64_t>(db.query(kSubmit, pg_text(request), channel)[0].count(0));
        });
}

Task<Result<std::vector<PeerRequest>>> PostgresPeers::open_requests(std::size_t limit) {
    return run<std::vector<PeerRequest>>("look up requests", [limit](PgConnection& db) {
        std::vector<PeerRequest> found;
        db.query(kDropRequests, seconds_of(kRequestLife));
        for (const PgRow row : db.query(kOpenRequests, std::uint64_t{limit}))
            found.push_back({.id = row.count(0), .text = std::string(row.text(1))});
        return Result<std::vector<PeerRequest>>(std::move(found));
    });
}

Task<Result<>> PostgresPeers::answer(std::uint64_t id, std::string answer) {
    auto work = [this, id, answer = std::move(answer), fence = store_.fence()]() -> Result<> {
        return link_.write<void>("answer a request",
                                 [&](PgConnection& db, PgTransaction& transaction) -> Result<> {
                                     if (auto lost = refuse_lost(db, fence, "answer a request")) return *lost;
                                     db.query(kAnswer, id, pg_text(answer), channel_);
                                     transaction.commit();
                                     return {};
                                 });
    };
    return thread_.run<void>(std::move(work));
}

Task<Result<std::optional<std::string>>> PostgresPeers::answer_of(std::uint64_t id) {
    using Answer = std::optional<std::string>;
    return run<Answer>("look up an answer", [id](PgConnection& db) -> Result<Answer> {
        const PgRows rows = db.query("SELECT answer FROM peer_requests WHERE request = $1", id);
        if (rows.empty() || rows[0].is_null(0)) return Answer();
        return Answer(rows[0].text(0));
    });
}

Task<Result<>> PostgresPeers::forget(std::uint64_t id) {
    return run<void>("forget a request", [id](PgConnection& db) -> Result<> {
        db.query("DELETE FROM peer_requests WHERE request = $1", id);
        return {};
    });
}

}  // namespace carecloud
