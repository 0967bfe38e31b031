// A prepared statement, kept as long as its connection and used repeatedly.
//
//     Statement find(db, "SELECT modified FROM records WHERE stream = ?1 AND id = ?2");
//     find.bind(1, stream);
//     find.bind(2, id);
//     const Statement::Scope scope(find);       // resets it on every exit from the block
//     if (find.step()) use(find.text(0));
//
// Values stay bound from one run to the next, so a value that is the same for a whole page is bound once. Texts and
// blobs are not copied: they must live until the last run with them. Used on the connection's thread. All functions may
// throw SqlError.
#pragma once

#include "model/record.hpp"

#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace carecloud {

class Connection;

class Statement {
  public:
    Statement(Connection& db, std::string_view sql);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

    // Indices count from 1, as in SQL.
    void bind(int index, std::string_view text);
    void bind(int index, std::int64_t number);
    void bind(int index, const Hash& hash);
    void bind_blob(int index, std::string_view bytes);
    void bind_null(int index);

    // True: there is a row to read. False: the statement is done, and was reset.
    bool step();
    // Runs a statement that returns no rows. Returns the number of rows that it wrote.
    std::int64_t run();
    void reset();

    // Columns count from 0. Views are valid until the next step or reset.
    bool is_null(int column) const;
    std::int64_t integer(int column) const;
    std::uint64_t count(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    bool flag(int column) const { return integer(column) != 0; }
    // A time that the store noted, which is a text.
    std::string time_text(int column) const { return std::string(text(column)); }
    std::string_view text(int column) const;
    // All zero if the column does not contain 32 bytes: no hash equals that.
    Hash hash(int column) const;

    class Scope {
      public:
        explicit Scope(Statement& statement) : statement_(statement) {}
        ~Scope() { statement_.reset(); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

      private:
        Statement& statement_;
    };

  private:
    void check(int code) const;

    Connection& db_;
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace carecloud
