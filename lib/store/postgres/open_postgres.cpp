#include "store/postgres/open_postgres.hpp"

#include "store/postgres/change_feed.hpp"
#include "store/postgres/link.hpp"
#include "store/postgres/moved_store.hpp"
#include "store/postgres/postgres_leases.hpp"
#include "store/postgres/postgres_peers.hpp"
#include "store/postgres/postgres_reader.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/store_queries.hpp"
#include "store/store_handle_of.hpp"

#include <utility>

namespace carecloud {
namespace {

class PostgresHandle : public StoreHandleOf<PostgresStore, PostgresReader> {
  public:
    PostgresHandle(const PostgresSettings& settings, Clock& clock, std::unique_ptr<PostgresStore> store,
                   std::unique_ptr<PostgresReader> reader)
        : StoreHandleOf(std::move(store), std::move(reader)),
          leases_(settings, clock),
          peers_(settings, *store_),
          feed_(settings, clock, [this](const PgChangeFeed::Heads& heads) { note(heads); }) {
        store_->set_change_listener([this](std::uint64_t newest_seq) { announce(newest_seq); });
    }

    Leases& leases() override { return leases_; }
    Peers* peers() override { return &peers_; }
    void set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) override {
        change_listener_ = std::move(listener);
    }
    void set_peer_listener(std::function<void()> listener) override { peer_listener_ = std::move(listener); }
    StoreUse use() const override { return use_; }
    std::string notice() const override {
        if (store_->has_lz4()) return {};
        return "the PostgreSQL server was built without lz4: bodies are compressed with its default method, "
               "which is slower";
    }
    void close() override {
        feed_.close();
        peers_.close();
        leases_.close();
        StoreHandleOf::close();
    }

  private:
    void note(const PgChangeFeed::Heads& heads) {
        if (heads.bytes) use_.bytes = heads.bytes;
        // A smaller number than at the last check means that a failover has lost commits, whose numbers are assigned
        // again. Not compared with newest_seq_, because this daemon may have committed after the check.
        if (heads.change < followed_seq_)
            report(heads.change);
        else
            announce(heads.change);
        followed_seq_ = heads.change;
        if (heads.notified && peer_listener_) peer_listener_();
    }
    // Reports each number once, whether this daemon's commit or the feed reports it first.
    void announce(std::uint64_t newest_seq) {
        if (newest_seq > newest_seq_) report(newest_seq);
    }
    void report(std::uint64_t newest_seq) {
        newest_seq_ = newest_seq;
        if (change_listener_) change_listener_(newest_seq);
    }

    PostgresLeases leases_;
    PostgresPeers peers_;
    std::function<void(std::uint64_t newest_seq)> change_listener_{};
    std::function<void()> peer_listener_{};
    std::uint64_t newest_seq_ = 0;
    std::uint64_t followed_seq_ = 0;  // the last one reported by the feed
    StoreUse use_{};
    PgChangeFeed feed_;  // last, because it calls note()
};

// The result of `read` on the store; std::nullopt if there is no store.
template <class T, class Read>
Result<std::optional<T>> peek(const PostgresSettings& settings, Read read) {
    PgLink link(settings);
    return link.run<std::optional<T>>("inspect the store", [&](PgConnection& db) -> Result<std::optional<T>> {
        if (read_schema_state(db, settings.schema).version == 0) return std::optional<T>();
        return read(db);
    });
}

// Errors: config_invalid if the store was moved or is an incomplete copy, and must not be used.
Result<> check_not_moved(const PostgresSettings& settings) {
    PgLink link(settings);
    return link.run<void>("open store", [&](PgConnection& db) -> Result<> {
        if (read_schema_state(db, settings.schema).version == 0) return {};
        if (auto moved = refuse_moved_store(db, settings.text())) return *moved;
        return {};
    });
}

}  // namespace

Result<std::unique_ptr<StoreHandle>> open_postgres_store(const PostgresSettings& settings, Clock& clock) {
    // Checked first, because opening migrates the store.
    if (const auto usable = check_not_moved(settings); !usable) return usable.error();
    auto store = PostgresStore::open(settings, clock);
    if (!store) return store.error();
    auto reader = PostgresReader::open(settings);
    if (!reader) return reader.error();
    return std::unique_ptr<StoreHandle>(
        std::make_unique<PostgresHandle>(settings, clock, std::move(*store), std::move(*reader)));
}

Result<std::optional<StreamState>> peek_stream(const PostgresSettings& settings, const std::string& stream) {
    return peek<StreamState>(settings, [&](PgConnection& db) { return read_stream_state(db, stream); });
}

Result<std::optional<VersionUse>> peek_versions(const PostgresSettings& settings) {
    return peek<VersionUse>(settings, [](PgConnection& db) -> Result<std::optional<VersionUse>> {
        const PgRows rows = db.query(
            "SELECT versions, bytes, (SELECT c.committed_at FROM versions v JOIN changes c ON c.seq = v.seq"
            " ORDER BY v.seq LIMIT 1) FROM version_totals");
        return std::optional(
            VersionUse{.versions = rows[0].count(0), .bytes = rows[0].count(1), .since = rows[0].time(2)});
    });
}

}  // namespace carecloud
