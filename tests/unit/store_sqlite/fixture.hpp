// A SQLite store in a temporary directory, its calls run to completion, and what an operator's shell could do to its
// file.
#pragma once

#include "store/sqlite/sqlite_store.hpp"
#include "support/hand_clock.hpp"
#include "support/pages.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace carecloud {

class StoreFixture {
  public:
    StoreFixture();

    std::string path() const { return directory_.file("store.db"); }
    SqliteSettings settings() const { return {.path = path()}; }

    // Opens; an error fails the test.
    void open(const SqliteSettings& settings);
    void open() { open(settings()); }
    void close() { store_.reset(); }
    // Opens, closes immediately and returns the error; no error fails the test.
    Error open_error(const SqliteSettings& settings);
    Error open_error() { return open_error(settings()); }

    Result<CommitSummary> commit(PagePtr page);
    SqliteStore& store() { return *store_; }
    boost::asio::io_context& io() { return io_; }
    HandClock& clock() { return clock_; }
    const TempDir& directory() const { return directory_; }

    // On a separate connection. An error fails the test.
    void sql(const std::string& statements);
    std::string value(const std::string& query);

  private:
    TempDir directory_;
    boost::asio::io_context io_;
    HandClock clock_;
    std::unique_ptr<SqliteStore> store_;
};

// `count` records named "<prefix>0"…, each with a body of `size` bytes.
PagePtr page_of(const std::string& prefix, std::size_t count, std::size_t size);

// Writes `bytes` over the content at `offset`.
void overwrite(const std::string& path, std::uint64_t offset, const std::string& bytes);

}  // namespace carecloud
