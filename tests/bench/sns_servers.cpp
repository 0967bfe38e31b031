#include "bench/sns_servers.hpp"

#include "bench/machine.hpp"
#include "portal/event_publisher.hpp"
#include "portal/records.hpp"
#include "store/sqlite/connection.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::trunc);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace

std::string endpoint_url(std::uint16_t port) {
    return "https://127.0.0.1:" + std::to_string(port) + "/sns";
}

std::string write_sns_configuration(const SnsConfiguration& settings, const std::string& folder) {
    const RecordOptions records;
    const std::string key = folder + "/api-key";
    write_file(key, "bench-key\n");
    fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
    const std::string host = settings.sns_url.substr(settings.sns_url.find("//") + 2);
    std::string text = "portal:\n  base_url: " + settings.base_url;
    text += "\n  workspace_id: \"" + records.workspace_id + "\"\n  bucket_id: \"" + records.bucket_id;
    text += "\"\n  api_key_file: " + key + "\n  rate: { per_second: 1000, burst: 1000 }\n";
    text += "streams:\n  - { entity: " + records.entity + ", poll_every: 1h }\n";
    text += "sns:\n  listen: 127.0.0.1:" + std::to_string(settings.port) + "\n  path: /sns\n";
    text += "  topic_arns: [ \"" + std::string(kPublisherTopic) + "\" ]\n";
    text += "  tls: { certificate: " + settings.tls.certificate_file + ", private_key: ";
    text += settings.tls.key_file + " }\n  trust: { certificate_hosts: [ \"" + host + "\" ], ca_file: ";
    text += settings.sns_ca_file + " }\nstore:\n  url: sqlite:" + folder + "/store.db\n";
    std::string file = folder + "/config.yaml";
    write_file(file, text);
    return file;
}

std::string write_nginx_configuration(const CertificateFiles& tls, std::uint16_t port,
                                      const std::string& folder) {
    std::string text = "daemon off;\nmaster_process off;\nerror_log " + folder + "/nginx-errors.log;\n";
    text += "pid " + folder + "/nginx.pid;\nevents { worker_connections 1024; }\nhttp {\n  access_log off;\n";
    for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += "  " + std::string(name) + "_temp_path " + folder + "/nginx-" + name + ";\n";
    text += "  keepalive_requests 100000000;\n  keepalive_timeout 300s;\n  server {\n    listen 127.0.0.1:";
    text += std::to_string(port) + " ssl;\n    ssl_certificate " + tls.certificate_file;
    text += ";\n    ssl_certificate_key " + tls.key_file + ";\n    location / { return 200; }\n  }\n}\n";
    std::string file = folder + "/nginx.conf";
    write_file(file, text);
    return file;
}

StoreLook::StoreLook(const std::string& path)
    : db_(std::make_unique<Connection>(path, "", Connection::Access::read_only)) {
    db_->set_busy_timeout(5s);
}

StoreLook::~StoreLook() = default;

std::int64_t StoreLook::number(const std::string& sql) {
    return db_->number(sql);
}

std::string StoreLook::text(const std::string& sql) {
    return db_->text(sql);
}

void StoreLook::wait_settled(std::size_t events) {
    const auto wanted = static_cast<std::int64_t>(events);
    wait_until(std::to_string(wanted) + " events in the store, all of them settled", {}, [&] {
        return number("SELECT count(*) FROM events") == wanted &&
               number("SELECT count(*) FROM events WHERE state = 'open'") == 0;
    });
}

}  // namespace carecloud::bench
