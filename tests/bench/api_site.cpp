#include "bench/api_site.hpp"

#include "bench/kept_connection.hpp"
#include "bench/machine.hpp"
#include "portal/records.hpp"
#include "support/free_port.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::trunc | std::ios::binary);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
}

std::string write_api_configuration(const std::string& portal_url, std::uint16_t port,
                                    const std::string& folder) {
    const RecordOptions records;
    const std::string key = folder + "/api-key";
    write_file(key, "bench-key\n");
    fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
    std::string text = "portal:\n  base_url: " + portal_url;
    text += "\n  workspace_id: \"" + records.workspace_id + "\"\n  bucket_id: \"" + records.bucket_id;
    text += "\"\n  api_key_file: " + key + "\n  rate: { per_second: 1000, burst: 10000 }\n";
    text += "streams:\n  - { entity: " + records.entity + ", poll_every: 1h }\n";
    text += "api: { listen: 127.0.0.1:" + std::to_string(port) + " }\n";
    text += "store:\n  url: sqlite:" + folder + "/store.db\n";
    std::string file = folder + "/config.yaml";
    write_file(file, text);
    return file;
}

std::string write_file_server_configuration(std::uint16_t port, const std::string& folder) {
    std::string text = "daemon off;\nmaster_process off;\nerror_log " + folder + "/nginx-errors.log;\n";
    text += "pid " + folder + "/nginx.pid;\nevents { worker_connections 1024; }\nhttp {\n  access_log off;\n";
    for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += "  " + std::string(name) + "_temp_path " + folder + "/nginx-" + name + ";\n";
    text += "  sendfile on;\n  keepalive_requests 100000000;\n  keepalive_timeout 300s;\n";
    text += "  server {\n    listen 127.0.0.1:" + std::to_string(port) + ";\n    root " + folder +
            "/served;\n  }\n}\n";
    std::string file = folder + "/nginx.conf";
    write_file(file, text);
    return file;
}

bool is_up(std::uint16_t port) {
    try {
        const KeptConnection connection(port);
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

}  // namespace

ApiSite::ApiSite(const ApiOptions& options, const std::string& portal_url, const std::string& folder)
    : folder_(folder), port_(free_port()) {
    const std::string configuration = write_api_configuration(portal_url, port_, folder);
    daemon_ = std::make_unique<DaemonProcess>(
        std::vector<std::string>{options.syncd, "--config", configuration}, file("syncd.log"));
    daemon_->wait_for("pass finished");
}

FileServer::FileServer(const std::string& nginx, const std::string& text, const std::string& folder)
    : port_(free_port()) {
    fs::create_directories(folder + "/served");
    write_file(folder + "/served/record.json", text);
    const std::string configuration = write_file_server_configuration(port_, folder);
    process_ = std::make_unique<DaemonProcess>(
        std::vector<std::string>{nginx, "-p", folder, "-c", configuration}, folder + "/nginx.log");
    wait_until("nginx", {}, [&] { return is_up(port_); });
}

}  // namespace carecloud::bench
