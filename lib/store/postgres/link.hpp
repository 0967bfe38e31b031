// A connection that is re-established when it has ended, for a thread of the store.
//
//     PgLink link(settings);
//     Result<std::size_t> count = link.run<std::size_t>("count open events", [](PgConnection& db) {
//         return Result<std::size_t>(db.query("SELECT …")[0].count(0));
//     });
//
// A call whose connection ends during the call fails, and the next call reconnects. A server that was restarted between
// two calls is noticed before the second one sends anything. The pauses between attempts to connect grow up to five
// seconds; calls during a pause fail immediately with the last error. Nothing throws. One thread at a time.
#pragma once

#include "base/error.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/settings.hpp"
#include "store/postgres/transaction.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace carecloud {

class PgLink {
  public:
    // `when_connected` runs in each new session before it is used, and may throw PgError.
    explicit PgLink(PostgresSettings settings, std::function<void(PgConnection&)> when_connected = {});

    // Returns the result of work(connection), or an Error about `operation`.
    template <class T, class Work>
    Result<T> run(const std::string& operation, Work&& work) {
        return pg_guarded(operation, text_, [&]() -> Result<T> {
            PgConnection& db = connected();
            try {
                return work(db);
            } catch (const PgError& error) {
                if (error.ends_connection()) db_.reset();
                if (error.is("55P03") || error.is("57014")) unblock(db);
                throw;
            }
        });
    }

    // Does the same in one transaction, which `work(connection, transaction)` commits.
    template <class T, class Work>
    Result<T> write(const std::string& operation, Work&& work) {
        return run<T>(operation, [&](PgConnection& db) -> Result<T> {
            PgTransaction transaction(db);
            return work(db, transaction);
        });
    }

    // Closes the connection; the next call reconnects.
    void disconnect() { db_.reset(); }

    const PostgresSettings& settings() const { return settings_; }

  private:
    PgConnection& connected();
    void note_failure(const PgError& error);
    void unblock(PgConnection& db) const;

    PostgresSettings settings_;
    std::function<void(PgConnection&)> when_connected_;
    std::string text_;
    std::unique_ptr<PgConnection> db_;
    std::optional<PgError> failure_;  // of the last attempt to connect
    std::chrono::steady_clock::time_point next_attempt_{};
    std::chrono::milliseconds pause_{0};
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace carecloud
