// What can go wrong between this program and a PostgreSQL server.
//
// PgError never crosses the room's boundary: functions that return a Result use pg_guarded(). Its text is the server's
// primary message where that names only tables, roles and limits; DETAIL, CONTEXT and messages that may quote a value
// are dropped, because they can contain children's data.
#pragma once

#include "base/error.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace carecloud {

class PgError : public std::runtime_error {
  public:
    enum class Kind {
        refused,    // the server answered with an error; the connection is usable, after a ROLLBACK
        lost,       // there is no connection: it could not be made, or it ended
        timed_out,  // no answer by the deadline; the connection is given up
        uncertain,  // the result of a COMMIT is not known, or it is not known to be durable
        misused,    // the server is not one that this program can use; `hint` states the remedy
        newer,      // the store was written by a newer version of this program
    };

    PgError(Kind kind, std::string sqlstate, const std::string& text, std::string hint = {})
        : std::runtime_error(text), kind_(kind), sqlstate_(std::move(sqlstate)), hint_(std::move(hint)) {}

    Kind kind() const { return kind_; }
    // Five characters; empty if the server sent none.
    const std::string& sqlstate() const { return sqlstate_; }
    const std::string& hint() const { return hint_; }
    bool is(std::string_view sqlstate) const { return sqlstate_ == sqlstate; }
    // Whether its connection must not be used again. A server that has become a standby, or is ending, is searched
    // again.
    bool ends_connection() const;

  private:
    Kind kind_;
    std::string sqlstate_;
    std::string hint_;
};

// The server's message if it contains no values, otherwise a text in its place.
std::string shown_message(std::string_view sqlstate, std::string_view message);

// The Error for a failed `operation` on the store at `where` (PostgresSettings::text), with the remedy.
Error to_error(const PgError& error, std::string operation, const std::string& where);

// Returns the Result of `work`, or converts an exception to an Error.
template <class Work>
auto pg_guarded(const std::string& operation, const std::string& where, Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const PgError& error) {
        return to_error(error, operation, where);
    }
}

}  // namespace carecloud
