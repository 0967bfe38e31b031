// A private PostgreSQL server for the tests of one program: made by initdb of the installed version in a folder of its
// own, reached by a UNIX socket and a loopback port, removed at the end. It ends with the test.
//
//     PostgresCluster& cluster = PostgresCluster::shared();          // started at its first use
//     PostgresSettings settings = cluster.fresh_database();          // empty, of this test case alone
//     cluster.restart();
//
// The package postgresql has to be installed; otherwise the first use throws, with what to install.
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
        // Lines of pg_hba.conf before the last one, which trusts every local user.
        std::vector<std::string> access{};
        // With TLS: the server's certificate and key.
        std::string certificate_pem{};
        std::string key_pem{};
    };

    PostgresCluster();
    explicit PostgresCluster(const Options& options);
    ~PostgresCluster();
    PostgresCluster(const PostgresCluster&) = delete;
    PostgresCluster& operator=(const PostgresCluster&) = delete;

    // One for all test cases of the program that need no options.
    static PostgresCluster& shared();
    // The folder of PostgreSQL's programs, newest version. Throws std::runtime_error.
    static std::string programs();

    // Of the superuser `postgres`, by the UNIX socket.
    PostgresSettings settings(const std::string& database) const;
    // The same by TCP on 127.0.0.1.
    PostgresSettings tcp_settings(const std::string& database) const;
    // A database that is empty, or a copy of `from`, which must have no connection.
    PostgresSettings fresh_database(const std::string& from = "template0");
    // Runs SQL as the superuser in a database.
    void script(const std::string& sql, const std::string& database = "postgres") const;

    std::uint16_t port() const { return port_; }
    std::string socket_folder() const { return directory_.path(); }
    std::string data_folder() const { return directory_.file("data"); }
    std::string log() const;

    void start();
    // As the operator would: connections are ended, transactions under way are rolled back.
    void stop();
    // Without any goodbye, as by a failure of power.
    void crash();
    void restart() {
        stop();
        start();
    }
    // Started again without accepting writes, as a standby without a primary; and the end of that.
    void become_standby();
    void promote();
    // Changes a setting of the running server; an empty value resets it.
    void set(const std::string& setting, const std::string& value) const;
    // Makes every commit wait for a standby that does not exist. Returns when commits do wait.
    void require_standby() const;

    bool is_running() { return process_ && process_->is_running(); }

  private:
    void make(const Options& options);
    void add_key_file(const std::string& name, const std::string& content) const;
    void wait_until_ready();

    TempDir directory_;
    std::uint16_t port_ = 0;
    int databases_ = 0;
    std::unique_ptr<ServerProcess> process_;
};

}  // namespace carecloud
