// The bare loop that the product is compared with: the same rows into the same tables with the same pragmas, by
// prepared statements and one transaction per page, and nothing else. No check whether a record is held, no decision,
// no other thread.
#pragma once

#include "model/record.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace carecloud {
class Connection;
}

namespace carecloud::bench {

class BareStore {
  public:
    // A new database at `path`. `more`: statements to run after the product's pragmas and schema, for variants. All
    // members throw std::runtime_error.
    explicit BareStore(const std::string& path, const std::vector<std::string>& more = {});
    ~BareStore();
    BareStore(const BareStore&) = delete;
    BareStore& operator=(const BareStore&) = delete;

    void insert(const Page& page);
    void insert(const std::vector<PagePtr>& pages);  // in one transaction
    // Runs statements, outside of any transaction.
    void execute(const std::string& sql);
    std::int64_t number(const std::string& sql);
    // The bytes that commits have written to the write-ahead log so far.
    std::uint64_t log_bytes() const;
    // Moves the log into the database and closes it.
    void close();

  private:
    void insert_rows(const Page& page);
    sqlite3_stmt* prepare(const char* sql);
    void run(sqlite3_stmt* statement);

    std::unique_ptr<Connection> connection_;
    sqlite3* db_ = nullptr;
    sqlite3_stmt* record_ = nullptr;
    sqlite3_stmt* change_ = nullptr;
    sqlite3_stmt* cursor_ = nullptr;
    std::int64_t seq_ = 0;
    std::int64_t page_bytes_ = 0;
};

}  // namespace carecloud::bench
