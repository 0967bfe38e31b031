#include "store/postgres/change_feed.hpp"

#include "store/postgres/schema.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace carecloud {
namespace {

// A connection that ends is noticed, and close() waits, for so long at most.
constexpr std::chrono::milliseconds kLook{500};
constexpr std::chrono::seconds kSizeEvery{60};

constexpr PgSql kHeads{"read_heads", "SELECT (SELECT seq FROM change_head), (SELECT n FROM event_head)"};
constexpr const char* kSize =
    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c JOIN pg_namespace n"
    " ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'";

}  // namespace

struct PgChangeFeed::State {
    State(const PostgresSettings& settings, Clock& time, Call look)
        : clock(time),
          call(std::move(look)),
          schema(settings.schema),
          link(settings, [channel = settings.schema](
                             PgConnection& db) { db.script("LISTEN " + quoted_identifier(channel)); }),
          thread([] {}, std::chrono::hours(1)) {}

    // On the thread.
    Result<Heads> look() {
        return link.run<Heads>("follow changes", [this](PgConnection& db) -> Result<Heads> {
            Heads heads;
            heads.notified = db.wait_for_notifications(kLook) > 0;
            const PgRows rows = db.query(kHeads);
            heads.change = rows[0].count(0);
            heads.event = rows[0].count(1);
            const auto now = std::chrono::steady_clock::now();
            if (now < next_size) return heads;
            next_size = now + kSizeEvery;
            heads.bytes = db.query(kSize, schema)[0].count(0);
            return heads;
        });
    }

    Clock& clock;
    Call call;
    bool ended = false;  // I/O thread
    std::string schema;
    std::chrono::steady_clock::time_point next_size{};
    PgLink link;
    JobThread thread;
};

PgChangeFeed::PgChangeFeed(const PostgresSettings& settings, Clock& clock, Call call)
    : state_(std::make_shared<State>(settings, clock, std::move(call))) {
    boost::asio::co_spawn(clock.executor(), loop(state_), boost::asio::detached);
}

PgChangeFeed::~PgChangeFeed() {
    close();
}

void PgChangeFeed::close() {
    state_->ended = true;
    state_->thread.close();
}

Task<> PgChangeFeed::loop(std::shared_ptr<State> state) {
    while (!state->ended) {
        auto looking = state->thread.run<Heads>([raw = state.get()] { return raw->look(); });
        const Result<Heads> heads = co_await std::move(looking);
        if (state->ended) break;
        if (heads) {
            state->call(*heads);
            continue;
        }
        // The server is away; every other call reports it.
        auto pause = state->clock.sleep(kLook);
        co_await std::move(pause);
    }
}

}  // namespace carecloud
