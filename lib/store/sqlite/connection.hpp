// One SQLite connection, its transactions, and the errors it throws.
//
//     Connection db(path, vfs);
//     Transaction transaction(db, Transaction::Access::write);
//     …
//     transaction.commit();   // rolled back where this line is not reached
//
// SqlError never leaves the room: whoever offers a Result catches it and asks to_error(). One thread at a
// time.
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
    // `code` is SQLite's extended result code, `system_errno` what the operating system said, or 0.
    SqlError(int code, int system_errno, const std::string& text)
        : std::runtime_error(text), code_(code), system_errno_(system_errno) {}

    int code() const { return code_; }
    int system_errno() const { return system_errno_; }

  private:
    int code_;
    int system_errno_;
};

// What `operation` on the database at `path` stumbled over, with the remedy. Carries no content of any
// record: SQLite's own texts name tables and columns only.
Error to_error(const SqlError& error, std::string operation, const std::string& path);

// What `work` returns, a Result, or what it threw as an Error about the database at `path`.
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

    // Opens for reading and writing, creating the file where there is none, or one that exists for reading alone. `vfs`
    // empty: SQLite's default. Throws SqlError.
    Connection(const std::string& path, const std::string& vfs, Access access = Access::write);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    sqlite3* get() const { return db_; }

    // Runs SQL of one or more statements and drops their rows. Throws SqlError.
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
    // Whether the last connection's close moves the log into the database; it does by default.
    void set_checkpoint_on_close(bool wanted);
    // Bytes of the page cache, and giving back what of it is clean.
    std::size_t cache_bytes() const;
    void release_memory();

    // Throws SqlError of the connection's last failure.
    [[noreturn]] void fail(int code) const;

  private:
    sqlite3* db_ = nullptr;
};

// One that may write takes the write lock at once, so that the busy timeout applies: SQLite does not wait
// where a reader wants to become a writer. One that wrote nothing costs no write and no fsync.
class Transaction {
  public:
    enum class Access { read, write };

    Transaction(Connection& db, Access access);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    // Durable afterwards (synchronous=FULL). Throws SqlError; nothing is in the database then.
    void commit();

  private:
    Connection& db_;
};

}  // namespace carecloud
