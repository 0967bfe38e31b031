#include "support/postgres_cluster/postgres_cluster.hpp"

#include "support/free_port.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <stdexcept>

namespace carecloud {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kReadyTimeout{60};

// The version in Debian's path /usr/lib/postgresql/15; 0 if the folder's name is not a number.
int version_of(const fs::path& folder) {
    const std::string name = folder.filename().string();
    const bool is_number = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    return is_number ? std::stoi(name) : 0;
}

}  // namespace

std::string PostgresCluster::programs() {
    int newest = 0;
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", absent)) {
        if (fs::exists(entry.path() / "bin/initdb")) newest = std::max(newest, version_of(entry.path()));
    }
    if (newest == 0) {
        throw std::runtime_error(
            "there is no PostgreSQL server in /usr/lib/postgresql; install the packages of "
            "packaging/dependencies.txt: packaging/install-dependencies.sh");
    }
    return "/usr/lib/postgresql/" + std::to_string(newest) + "/bin";
}

PostgresCluster::PostgresCluster() : PostgresCluster(Options()) {}

PostgresCluster::PostgresCluster(const Options& options) : port_(free_port()) {
    make(options);
    start();
}

PostgresCluster::~PostgresCluster() = default;

PostgresCluster& PostgresCluster::shared() {
    static PostgresCluster cluster;
    return cluster;
}

void PostgresCluster::make(const Options& options) {
    ServerUser::choose().own(directory_.path());
    if (options.primary) {
        copy(*options.primary);
        return;
    }
    std::vector<std::string> command{programs() + "/initdb",
                                     "--pgdata",
                                     data_folder(),
                                     "--username",
                                     "postgres",
                                     "--auth",
                                     "trust",
                                     "--encoding",
                                     "UTF8",
                                     "--locale",
                                     "C",
                                     "--no-sync",
                                     "--no-instructions"};
    if (!options.log_folder.empty()) command.insert(command.end(), {"--waldir", options.log_folder});
    run_as_server(command, directory_.file("initdb.log"));
    std::ofstream settings(data_folder() + "/postgresql.conf", std::ios::app);
    settings << "listen_addresses = '127.0.0.1'\nport = " << port_ << "\nunix_socket_directories = '"
             << socket_folder() << "'\nshared_buffers = 32MB\nmax_wal_senders = 4\nautovacuum_naptime = 5s\n"
             << "log_line_prefix = '%m %u %p '\n";
    if (!options.durable) settings << "fsync = off\nfull_page_writes = off\n";
    for (const std::string& line : options.settings)
        settings << line << '\n';
    if (!options.certificate_pem.empty()) {
        settings << "ssl = on\n";
        add_key_file("server.crt", options.certificate_pem);
        add_key_file("server.key", options.key_pem);
    }
    std::ofstream access(data_folder() + "/pg_hba.conf", std::ios::trunc);
    for (const std::string& line : options.access)
        access << line << '\n';
    access << "local all all trust\nlocal replication all trust\nhost all all 127.0.0.1/32 trust\n"
           << "host replication all 127.0.0.1/32 trust\n";
}

// The copied files contain the primary's settings; if a setting occurs several times, the last one takes effect.
void PostgresCluster::copy(const PostgresCluster& primary) {
    run_as_server({programs() + "/pg_basebackup", "--host", primary.socket_folder(), "--port",
                   std::to_string(primary.port()), "--username", "postgres", "--pgdata", data_folder(),
                   "--write-recovery-conf", "--checkpoint", "fast", "--no-sync"},
                  directory_.file("basebackup.log"));
    std::ofstream settings(data_folder() + "/postgresql.conf", std::ios::app);
    settings << "port = " << port_ << "\nunix_socket_directories = '" << socket_folder()
             << "'\nwal_retrieve_retry_interval = 500ms\n";
}

void PostgresCluster::add_key_file(const std::string& name, const std::string& content) const {
    const std::string path = data_folder() + "/" + name;
    std::ofstream(path) << content;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    ServerUser::choose().own(path);
}

void PostgresCluster::start() {
    process_ = std::make_unique<ServerProcess>(
        std::vector<std::string>{programs() + "/postgres", "-D", data_folder()}, directory_.file("log"));
    wait_until_ready();
}

void PostgresCluster::wait_until_ready() {
    const auto until = std::chrono::steady_clock::now() + kReadyTimeout;
    for (;;) {
        try {
            PgConnection db(settings("postgres"), settings("postgres").hosts.front());
            return;
        } catch (const PgError&) {
            if (!is_running() || std::chrono::steady_clock::now() > until)
                throw std::runtime_error("PostgreSQL does not start:\n" + log());
        }
        ::poll(nullptr, 0, 20);
    }
}

void PostgresCluster::stop() {
    process_->signal(SIGINT);
    process_->wait();
    process_.reset();
}

void PostgresCluster::become_standby() {
    stop();
    const std::string mark = data_folder() + "/standby.signal";
    std::ofstream(mark).flush();
    ServerUser::choose().own(mark);
    start();
}

void PostgresCluster::promote() {
    script("SELECT pg_promote()");
}

void PostgresCluster::set(const std::string& setting, const std::string& value) const {
    script("ALTER SYSTEM " + (value.empty() ? "RESET " + setting : "SET " + setting + " = '" + value + "'"));
    script("SELECT pg_reload_conf()");
}

void PostgresCluster::require_standby() const {
    set("synchronous_standby_names", "ghost");
    // The server applies the setting asynchronously; only a commit that waits shows that it has.
    PostgresSettings probe = settings("postgres");
    probe.answer_timeout = std::chrono::milliseconds(300);
    for (bool waits = false; !waits;) {
        PgConnection db(probe, probe.hosts.front());
        try {
            db.script("CREATE TABLE probe (); DROP TABLE probe");
        } catch (const PgError&) {
            waits = true;
        }
    }
    // Only the probe waits for a standby: ends its session.
    PgConnection admin(settings("postgres"), probe.hosts.front());
    while (!admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                .empty()) {
    }
}

void PostgresCluster::crash() {
    process_->signal(SIGQUIT);
    process_->wait();
    process_.reset();
}

std::string PostgresCluster::log() const {
    std::ostringstream text;
    text << std::ifstream(directory_.file("log")).rdbuf();
    return text.str();
}

PostgresSettings PostgresCluster::settings(const std::string& database) const {
    return {.hosts = {{.name = socket_folder(), .port = port_}},
            .database = database,
            .user = "postgres",
            .sslmode = "disable"};
}

PostgresSettings PostgresCluster::tcp_settings(const std::string& database) const {
    PostgresSettings by_tcp = settings(database);
    by_tcp.hosts = {{.name = "127.0.0.1", .port = port_}};
    return by_tcp;
}

void PostgresCluster::script(const std::string& sql, const std::string& database) const {
    const PostgresSettings admin = settings(database);
    PgConnection(admin, admin.hosts.front()).script(sql);
}

PostgresSettings PostgresCluster::fresh_database(const std::string& from) {
    const std::string name = "test" + std::to_string(++databases_);
    script("CREATE DATABASE " + name + " TEMPLATE " + from);
    return settings(name);
}

}  // namespace carecloud
