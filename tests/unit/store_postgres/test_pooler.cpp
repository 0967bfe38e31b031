// pgbouncer in front of the server: session pooling works, transaction pooling is refused.
#include "open_store.hpp"
#include "support/free_port.hpp"
#include "support/postgres_cluster/server_process.hpp"
#include "support/temp_dir.hpp"

#include <fstream>
#include <poll.h>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

constexpr const char* kPgbouncer = "/usr/sbin/pgbouncer";

class Pooler {
  public:
    explicit Pooler(const std::string& mode) : port_(free_port()) {
        ServerUser::choose().own(folder_.path());
        const PostgresHost server = PostgresCluster::shared().settings("postgres").hosts.front();
        std::ofstream(folder_.file("users")) << "\"postgres\" \"\"\n";
        std::ofstream settings(folder_.file("ini"));
        settings << "[databases]\n* = host=" << server.name << " port=" << server.port
                 << "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_
                 << "\nunix_socket_dir =\nauth_type = trust\nauth_file = " << folder_.file("users")
                 << "\npool_mode = " << mode << "\ndefault_pool_size = 10\n";
        settings.close();
        process_ = std::make_unique<ServerProcess>(std::vector<std::string>{kPgbouncer, folder_.file("ini")},
                                                   folder_.file("log"));
    }

    PostgresSettings settings(const std::string& database) const {
        PostgresSettings settings = PostgresCluster::shared().tcp_settings(database);
        settings.hosts.front().port = port_;
        return settings;
    }

  private:
    TempDir folder_;
    std::uint16_t port_;
    std::unique_ptr<ServerProcess> process_;
};

// The pooler may still be starting.
Error open_error(StoreSite& site) {
    for (int i = 0; i < 100; ++i) {
        const Error error = site.open_error();
        if (error.message().find("refused") == std::string::npos) return error;
        ::poll(nullptr, 0, 50);
    }
    return site.open_error();
}

TEST_CASE("session pooling works") {
    const Pooler pooler("session");
    StoreSite site(pooler.settings(PostgresCluster::shared().fresh_database().database));
    const Error error = open_error(site);
    INFO(error.message());
    REQUIRE(error.code == ErrorCode::canceled);
    site.open();
    CHECK(site.commit("a").has_value());
    CHECK(site.receive("m"));
}

TEST_CASE("transaction and statement pooling are refused with the reason") {
    for (const char* const mode : {"transaction", "statement"}) {
        const Pooler pooler(mode);
        StoreSite site(pooler.settings(PostgresCluster::shared().fresh_database().database));
        const Error error = open_error(site);
        INFO(error.message());
        CHECK(error.message().find("pool_mode=session") != std::string::npos);
    }
}

}  // namespace
}  // namespace carecloud
