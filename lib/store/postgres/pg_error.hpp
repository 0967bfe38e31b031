// Errors between this program and a PostgreSQL server.
//
// PgError never leaves this room: functions that return a Result use pg_guarded(). Its text is the server's primary
// message if that contains only names of tables and roles, and limits. DETAIL, CONTEXT and messages that may quote a
// value are dropped, because they can contain children's data.
#pragma once

#include "base/error.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace carecloud {

class PgError : public std::runtime_error {
  public:
    enum class Kind {
        refused,    // the server responded with an error; the connection is usable after a ROLLBACK
        lost,       // the connection could not be established, or has ended
        timed_out,  // no response by the deadline; the connection is closed
        uncertain,  // it is unknown whether a COMMIT succeeded, or whether it is durable
        misused,    // this program cannot use the server as configured; `hint` states the remedy
        newer,      // the store was written by a newer version of this program
    };

    PgError(Kind kind, std::string sqlstate, const std::string& text, std::string hint = {})
        : std::runtime_error(text), kind_(kind), sqlstate_(std::move(sqlstate)), hint_(std::move(hint)) {}

    Kind kind() const { return kind_; }
    // Five characters; empty if the server sent none.
    const std::string& sqlstate() const { return sqlstate_; }
    const std::string& hint() const { return hint_; }
    bool is(std::string_view sqlstate) const { return sqlstate_ == sqlstate; }
    // Whether the connection must not be used again. This includes the errors of a server that has become a standby or
    // is shutting down: reconnecting searches for the primary.
    bool ends_connection() const;

  private:
    Kind kind_;
    std::string sqlstate_;
    std::string hint_;
};

// Returns the server's message, or a replacement if the message may contain values.
std::string shown_message(std::string_view sqlstate, std::string_view message);

// Returns the Error for a failed `operation` on the store at `where` (PostgresSettings::text), with the remedy.
Error to_error(const PgError& error, std::string operation, const std::string& where);

// Returns the result of `work`, or an Error converted from its exception.
template <class Work>
auto pg_guarded(const std::string& operation, const std::string& where, Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const PgError& error) {
        return to_error(error, operation, where);
    }
}

}  // namespace carecloud
