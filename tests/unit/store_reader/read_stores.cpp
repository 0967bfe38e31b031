#include "unit/store_reader/read_stores.hpp"

#include "store/postgres/session.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

SqliteReadStore::SqliteReadStore(const ReadBounds& bounds) {
    fixture_.open();
    auto opened = SqliteReader::open(fixture_.settings(), bounds);
    if (!opened) FAIL(opened.error().message());
    reader_ = std::move(*opened);
}

PostgresReadStore::PostgresReadStore(const ReadBounds& bounds)
    : clock_(io_.get_executor(), *Timestamp::parse("2024-01-01T00:00:00Z")) {
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    auto store = PostgresStore::open(settings, clock_);
    if (!store) FAIL(store.error().message());
    store_ = std::move(*store);
    auto reader = PostgresReader::open(settings, bounds);
    if (!reader) FAIL(reader.error().message());
    reader_ = std::move(*reader);
    db_ = open_session(settings);
}

}  // namespace carecloud
