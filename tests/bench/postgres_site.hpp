// A private PostgreSQL server whose commits are durable, and what benchmarks write to it page by page.
#pragma once

#include "model/record.hpp"
#include "model/stream.hpp"
#include "runtime/system_clock.hpp"
#include "store/postgres/postgres_store.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"

#include <cstdint>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace carecloud::bench {

// With Debian's settings, made in $TMPDIR at its first use and removed at the end. Throws std::runtime_error.
PostgresCluster& bench_cluster();

double seconds_of(const std::function<void()>& work);

// The product's store in a database of its own. All members throw std::runtime_error.
class PostgresContender {
  public:
    explicit PostgresContender(bool keep_versions = true);

    // Each record of the page must be new to the store, or another version.
    void insert(const PagePtr& page);
    // Each must be held.
    void check_held(const PagePtr& page);
    // The same, by keys.
    void check_keys(const PagePtr& page);

    boost::asio::io_context& io() { return io_; }
    Clock& clock() { return clock_; }
    PostgresStore& store() { return *store_; }

  private:
    boost::asio::io_context io_{1};
    SystemClock clock_{io_};
    std::unique_ptr<PostgresStore> store_;
    StreamState state_;
};

// The upper limit: the same rows into one table without an index, by COPY in its binary form, one transaction per page.
// A changed record is one more row. Nothing else.
class BareCopy {
  public:
    BareCopy();

    void insert(const Page& page);

  private:
    PostgresSettings settings_;
    PgConnection db_;
    std::int64_t seq_ = 0;
};

}  // namespace carecloud::bench
