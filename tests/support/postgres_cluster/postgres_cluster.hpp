// A private PostgreSQL server for the tests of one program: created by initdb of the newest installed version in a
// temporary folder, reached by a UNIX socket and a loopback port. It is stopped and removed when the test ends.
//
//     PostgresCluster& cluster = PostgresCluster::shared();          // started at its first use
//     PostgresSettings settings = cluster.fresh_database();          // empty, for this test case only
//     cluster.restart();
//
// Requires the package postgresql; without it the first use throws and states what to install.
#pragma once

#include "store/postgres/connection.hpp"
#include "store/postgres/settings.hpp"
#include "support/postgres_cluster/server_process.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace carecloud {

class PostgresCluster {
  public:
    struct Options {
        bool durable = false;                 // fsync
        std::vector<std::string> settings{};  // "max_connections=5"
        // Lines of pg_hba.conf, placed before those that trust all local users.
        std::vector<std::string> access{};
        // The server's certificate and key; empty: no TLS.
        std::string certificate_pem{};
        std::string key_pem{};
        std::string log_folder{};  // folder of the write-ahead log; empty: in the data folder
        // A standby of this server, made by pg_basebackup. It follows until promote().
        const PostgresCluster* primary = nullptr;
    };

    PostgresCluster();
    explicit PostgresCluster(const Options& options);
    ~PostgresCluster();
    PostgresCluster(const PostgresCluster&) = delete;
    PostgresCluster& operator=(const PostgresCluster&) = delete;

    // The server of all test cases of the program that need no options.
    static PostgresCluster& shared();
    // The folder of the programs of the newest installed version. Throws std::runtime_error.
    static std::string programs();

    // Settings for the superuser `postgres` on the UNIX socket.
    PostgresSettings settings(const std::string& database) const;
    // The same for TCP on 127.0.0.1.
    PostgresSettings tcp_settings(const std::string& database) const;
    // Creates a database that is empty or a copy of `from`, which must have no connections.
    PostgresSettings fresh_database(const std::string& from = "template0");
    // Runs SQL as the superuser in a database.
    void script(const std::string& sql, const std::string& database = "postgres") const;

    std::uint16_t port() const { return port_; }
    std::string socket_folder() const { return directory_.path(); }
    std::string data_folder() const { return directory_.file("data"); }
    std::string log() const;

    void start();
    // Stops as an operator would (fast shutdown): connections are closed, open transactions are rolled back.
    void stop();
    // Stops without a shutdown (SIGQUIT), as by a crash; start() then recovers.
    void crash();
    void restart() {
        stop();
        start();
    }
    // become_standby() restarts the server as a standby without a primary, which accepts no writes; promote() ends
    // that.
    void become_standby();
    void promote();
    // Changes a setting of the running server; an empty value resets it.
    void set(const std::string& setting, const std::string& value) const;
    // Makes every commit wait for a standby that does not exist. Returns when this is in effect.
    void require_standby() const;

    bool is_running() { return process_ && process_->is_running(); }

  private:
    void make(const Options& options);
    void copy(const PostgresCluster& primary);
    void add_key_file(const std::string& name, const std::string& content) const;
    void wait_until_ready();

    TempDir directory_;
    std::uint16_t port_ = 0;
    int databases_ = 0;
    std::unique_ptr<ServerProcess> process_;
};

}  // namespace carecloud
