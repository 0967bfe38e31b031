// A private PostgreSQL server with durable commits, and the contenders that write pages to it.
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

// A server with Debian's settings, created in $TMPDIR on first use and removed at exit. Throws std::runtime_error.
PostgresCluster& bench_cluster();

double seconds_of(const std::function<void()>& work);

// The product's store in its own database. All members throw std::runtime_error.
class PostgresContender {
  public:
    explicit PostgresContender(bool keep_versions = true);

    // Commits a page of records that are new to the store or have another version.
    void insert(const PagePtr& page);
    // Commits a page whose records are all held already.
    void check_held(const PagePtr& page);
    // Looks up the keys of such a page.
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

// The upper limit: writes the same rows to one table without an index, with binary COPY, one transaction per page. A
// changed record is an additional row.
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
