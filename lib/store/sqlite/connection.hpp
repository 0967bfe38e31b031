// One SQLite connection, its transactions, and the errors it throws.
//
//     Connection db(path, vfs);
//     Transaction transaction(db, Transaction::Access::write);
//     …
//     transaction.commit();   // rolled back if this line is not reached
//
// SqlError never crosses the room's boundary: functions that return a Result catch it and call to_error(). One thread
// at a time.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>

struct sqlite3;

namespace carecloud {

class SqlError : public std::runtime_error {
  public:
    // `code` is SQLite's extended result code, `system_errno` that of the operating system, or 0.
    SqlError(int code, int system_errno, const std::string& text)
        : std::runtime_error(text), code_(code), system_errno_(system_errno) {}

    int code() const { return code_; }
    int system_errno() const { return system_errno_; }

  private:
    int code_;
    int system_errno_;
};

// The Error for a failed `operation` on the database at `path`, with the remedy. Contains no content of any record:
// SQLite's own texts name only tables and columns.
Error to_error(const SqlError& error, std::string operation, const std::string& path);

// Returns the Result of `work`, or converts an exception to an Error about the database at `path`.
template <class Work>
auto guarded(const std::string& operation, const std::string& path, Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const SqlError& error) {
        return to_error(error, operation, path);
    }
}

class Connection {
  public:
    enum class Access { write, read_only };

    // Opens for reading and writing, creating the file if missing, or opens an existing one for reading only. `vfs`
    // empty: SQLite's default. Throws SqlError.
    Connection(const std::string& path, const std::string& vfs, Access access = Access::write);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    sqlite3* get() const { return db_; }

    // Runs one or more SQL statements and discards their rows. Throws SqlError.
    void execute(const std::string& sql);
    // The first column of the first row, as a number or a text: for pragmas and counts. Throws SqlError.
    std::int64_t number(const std::string& sql);
    std::string text(const std::string& sql);

    std::int64_t last_insert_rowid() const;

    // Whether the file can only be read (its permissions, or a read-only filesystem).
    bool read_only() const;
    bool in_transaction() const;
    // How long a statement waits for another program's lock before SQLITE_BUSY.
    void set_busy_timeout(std::chrono::milliseconds timeout);
    // Whether closing the last connection moves the log into the database; by default it does.
    void set_checkpoint_on_close(bool wanted);
    // The size of the page cache in bytes, and releasing its clean part.
    std::size_t cache_bytes() const;
    void release_memory();

    // Throws a SqlError for the connection's last failure.
    [[noreturn]] void fail(int code) const;

  private:
    sqlite3* db_ = nullptr;
};

// A transaction that may write takes the write lock immediately, so the busy timeout applies: SQLite does not wait when
// a reader becomes a writer. A transaction without writes costs no write and no fsync.
class Transaction {
  public:
    enum class Access { read, write };

    Transaction(Connection& db, Access access);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    // Durable afterwards (synchronous=FULL). Throws SqlError; then nothing is in the database.
    void commit();

  private:
    Connection& db_;
};

}  // namespace carecloud
