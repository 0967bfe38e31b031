// The settings of a PostgreSQL store, from store.url:
//
//     auto settings = parse_postgres_url("postgresql://carecloud@db1.example.org,db2.example.org/claims");
//
// The environment (PGHOST and similar variables) and libpq's own files have no effect: every parameter is set
// explicitly. A password in the URL is refused, because URLs are printed; it comes from a file. Nothing here connects.
#pragma once

#include "base/error.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct PostgresHost {
    std::string name{};  // a host name, an address, or the folder of a UNIX socket: "/run/postgresql"
    std::uint16_t port = 5432;

    bool is_local() const;     // a UNIX socket or a loopback address
    std::string text() const;  // "db1.example.org:5432"
};

// Time limits that the server enforces on a session. They bound how long a paused client can block others, because its
// locks (change_head, the lease) are held until its transaction ends. Both `statement` and `idle_in_transaction` are
// required: a client that is paused within a COPY is ended only by the first, otherwise only by the second. `lock` is
// less than `statement`, so the error states that a lock is the reason. None of them bounds a COMMIT that waits for a
// synchronous standby.
struct PgLimits {
    std::chrono::milliseconds statement{6000};
    std::chrono::milliseconds lock{5000};
    std::chrono::milliseconds idle_in_transaction{2000};
};

struct PostgresSettings {
    std::vector<PostgresHost> hosts{};  // the one that accepts writes is used
    std::string database{};
    std::string user{};
    // Called before each connection, on its thread: a changed password is used without a restart. Empty: none.
    std::function<Result<std::string>()> password{};
    std::string schema = "carecloud";
    std::string sslmode{};      // at least verify-ca, except for this machine
    std::string sslrootcert{};  // a file of trusted certificates
    std::string sslcert{};
    std::string sslkey{};
    std::string sslcrl{};
    std::string application_name = "carecloud-syncd";

    std::chrono::milliseconds connect_timeout{4000};  // per host
    // The time limit for a response: more than the server's own limits, whose errors state the reason.
    std::chrono::milliseconds answer_timeout{8000};
    PgLimits limits{};
    // Whether former versions are kept until the first prune() decides.
    bool keep_versions = true;

    // The newest timeline seen on a server of the database. Shared by all copies of these settings.
    std::shared_ptr<std::atomic<std::uint32_t>> newest_timeline =
        std::make_shared<std::atomic<std::uint32_t>>(0);

    // For messages, and to identify the store: "schema carecloud of database claims at db1.example.org:5432,
    // db2.example.org:5432".
    std::string text() const;
};

// Whether store.url refers to a PostgreSQL store.
bool is_postgres_url(std::string_view url);

// Errors: config_invalid. Its text never quotes the URL.
Result<PostgresSettings> parse_postgres_url(const std::string& url);

}  // namespace carecloud
