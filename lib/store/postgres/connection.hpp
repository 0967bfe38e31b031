// One connection to a PostgreSQL server. Blocking, for a thread of the store. Every wait is a poll() with a deadline,
// because libpq's blocking calls can wait forever.
//
//     PgConnection db(settings, host);                                       // throws PgError
//     PgRows rows = db.query("SELECT id FROM records WHERE stream = $1 LIMIT $2", stream, std::int64_t{10});
//     db.query("UPDATE streams SET dialect = $2 WHERE stream = $1", stream, "");
//
// Parameters and results are binary (values.hpp). A statement that is used repeatedly is a PgSql, which is prepared at
// its first use. See also transaction.hpp; pipeline.hpp for several statements in one round trip; copy.hpp for many
// rows.
//
// After an error for which PgError::ends_connection() is true, every further call throws: create another connection
// (link.hpp). One thread at a time.
#pragma once

#include "store/postgres/pg_error.hpp"
#include "store/postgres/settings.hpp"
#include "store/postgres/values.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

struct pg_conn;
struct pg_result;

namespace carecloud {

// A statement that each connection prepares once. `name` must be unique in the program.
struct PgSql {
    const char* name;
    const char* text;
};

class PgConnection {
  public:
    // Connects to one host, as described by `settings`. Does not set up the session (session.hpp). Name resolution is
    // the system's and is not bounded by the deadline. Throws PgError.
    PgConnection(const PostgresSettings& settings, const PostgresHost& host);
    ~PgConnection();
    PgConnection(const PgConnection&) = delete;
    PgConnection& operator=(const PgConnection&) = delete;

    // Runs one statement. Throws PgError.
    template <class... Values>
    PgRows query(std::string_view sql, const Values&... values) {
        return run(sql, PgParams(values...));
    }
    template <class... Values>
    PgRows query(const PgSql& sql, const Values&... values) {
        return run(sql, PgParams(values...));
    }
    PgRows run(std::string_view sql, const PgParams& params);
    PgRows run(const PgSql& sql, const PgParams& params);
    // Runs several statements, in one transaction unless they contain their own. Throws PgError.
    void script(const std::string& sql);

    int server_version() const;  // 150018 is 15.18
    // A parameter that the server reports, such as "server_encoding"; empty if it does not report it.
    std::string parameter(const char* name) const;
    // The ID of the server process as reported when connecting. Behind a pooler it differs from pg_backend_pid().
    int reported_process() const;
    bool in_transaction() const;

    // Sets the time limit for each response from now on; returns the previous one.
    std::chrono::milliseconds set_answer_timeout(std::chrono::milliseconds timeout);

    // Whether the connection is usable, as far as known without asking the server. Notices that the server has ended
    // it.
    bool is_usable();
    // Waits for notifications of LISTEN and returns their number; 0 if none arrived within the limit. Throws PgError.
    std::size_t wait_for_notifications(std::chrono::milliseconds limit);
    // Whether, since the last call, a warning reported that a commit may not have reached the synchronous standby.
    bool take_durability_warning();

  private:
    friend class PgPipeline;
    friend class PgCopy;
    using TimePoint = std::chrono::steady_clock::time_point;

    void connect(const PostgresHost& host, const std::string& description);
    TimePoint deadline() const { return std::chrono::steady_clock::now() + answer_timeout_; }
    void wait(short events, TimePoint until);
    void flush(TimePoint until);
    pg_result* next_result(TimePoint until);
    PgRows finish();
    void prepare(const PgSql& sql);
    void send(std::string_view sql, const PgParams& params);
    void send_prepared(const PgSql& sql, const PgParams& params);
    void check_sent(int accepted);
    void check_usable() const;
    PgError error_of(const pg_result* result);
    [[noreturn]] void lose();
    [[noreturn]] void give_up();
    static void note_notice(void* self, const pg_result* notice);

    pg_conn* connection_ = nullptr;
    std::chrono::milliseconds connect_timeout_;
    std::chrono::milliseconds answer_timeout_;
    std::unordered_set<std::string> prepared_;  // PgSql::name
    bool is_lost_ = false;
    bool durability_warning_ = false;
};

}  // namespace carecloud
