// An INSERT of several rows per statement, which costs half as much as one row per statement.
//
//     RowsInsert insert(db, "INSERT INTO versions (seq, stream)", 2);
//     insert.run(rows, [](const RowsInsert::Bind& bind, const auto& row) {
//         bind(row.seq);                       // one call per column, in order
//         bind(row.stream);
//     });
//
// As with Statement, bound values are not copied.
#pragma once

#include "store/sqlite/statement.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class RowsInsert {
  public:
    RowsInsert(Connection& db, std::string_view insert, std::size_t columns)
        : many_(db, sql_of(insert, columns, kMany)), one_(db, sql_of(insert, columns, 1)) {}

    // Binds the next column of a row.
    class Bind {
      public:
        explicit Bind(Statement& statement) : statement_(statement) {}

        template <class Value>
        void operator()(const Value& value) {
            statement_.bind(++column_, value);
        }
        void operator()(const std::optional<std::string>& text) {
            if (text)
                statement_.bind(++column_, *text);
            else
                statement_.bind_null(++column_);
        }
        void blob(std::string_view bytes) { statement_.bind_blob(++column_, bytes); }

      private:
        Statement& statement_;
        int column_ = 0;
    };

    template <class Rows, class BindRow>
    void run(const Rows& rows, BindRow bind_row) {
        for (std::size_t at = 0; at < rows.size();) {
            const std::size_t count = rows.size() - at < kMany ? 1 : kMany;
            Statement& statement = count == 1 ? one_ : many_;
            Bind bind(statement);
            for (const std::size_t end = at + count; at < end; ++at)
                bind_row(bind, rows[at]);
            statement.run();
        }
    }

  private:
    static constexpr std::size_t kMany = 4;

    static std::string sql_of(std::string_view insert, std::size_t columns, std::size_t rows) {
        std::string row = "(?";
        for (std::size_t i = 1; i < columns; ++i)
            row += ", ?";
        row += ")";
        std::string sql = std::string(insert) + " VALUES " + row;
        for (std::size_t i = 1; i < rows; ++i)
            sql += ", " + row;
        return sql;
    }

    Statement many_;
    Statement one_;
};

}  // namespace carecloud
