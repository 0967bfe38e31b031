#include "store/postgres/change_feed.hpp"

#include "store/postgres/schema.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace carecloud {
namespace {

// The interval of checks, and between attempts to reconnect; usually also the maximum delay of close().
constexpr std::chrono::milliseconds kCheckEvery{500};
constexpr std::chrono::seconds kSizeEvery{60};

constexpr PgSql kHeads{"read_heads", "SELECT (SELECT seq FROM change_head), (SELECT n FROM event_head)"};
constexpr const char* kSize =
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n"
    " ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'";

}  // namespace

struct PgChangeFeed::Follower {
    Call call;  // empty once closed
};

PgChangeFeed::PgChangeFeed(const PostgresSettings& settings, Clock& clock, Call call)
    : executor_(clock.executor()),
      schema_(settings.schema),
      link_(settings, [channel = settings.schema](
                          PgConnection& db) { db.script("LISTEN " + quoted_identifier(channel)); }),
      follower_(std::make_shared<Follower>(Follower{std::move(call)})),
      thread_([this] { run(); }) {}

PgChangeFeed::~PgChangeFeed() {
    close();
}

void PgChangeFeed::close() {
    follower_->call = nullptr;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
    link_.disconnect();
}

void PgChangeFeed::run() {
    for (bool failed = false; !(failed ? wait_to_retry() : is_ending());) {
        const Result<Heads> heads = check();
        failed = heads.has_error();  // not reported: all other calls report that the server is unreachable
        if (failed) continue;
        boost::asio::post(executor_, [follower = follower_, found = *heads] {
            if (follower->call) follower->call(found);
        });
    }
}

bool PgChangeFeed::is_ending() {
    const std::lock_guard lock(mutex_);
    return ending_;
}

// True if close() was called.
bool PgChangeFeed::wait_to_retry() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kCheckEvery, [this] { return ending_; });
}

Result<PgChangeFeed::Heads> PgChangeFeed::check() {
    return link_.run<Heads>("follow changes", [this](PgConnection& db) -> Result<Heads> {
        Heads heads;
        heads.notified = db.wait_for_notifications(kCheckEvery) > 0;
        const PgRows rows = db.query(kHeads);
        heads.change = rows[0].count(0);
        heads.event = rows[0].count(1);
        const auto now = std::chrono::steady_clock::now();
        if (now < next_size_) return heads;
        next_size_ = now + kSizeEvery;
        heads.bytes = db.query(kSize, schema_)[0].count(0);
        return heads;
    });
}

}  // namespace carecloud
