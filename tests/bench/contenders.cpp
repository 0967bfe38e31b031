#include "bench/contenders.hpp"

#include "bench/bare_insert.hpp"
#include "bench/page_source.hpp"
#include "portal/query.hpp"
#include "store/sqlite/connection.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::trunc);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
}

// For curl's configuration file: inside double quotes only these two need a backslash.
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string curl_configuration(const CannedServer& server, const std::vector<std::string>& queries) {
    std::string text;
    for (const std::string& query : queries) {
        if (!text.empty()) text += "next\n";
        text += "url = " + quoted(server.base_url() + "/appdata/claim_attendance/query") + "\n";
        text += "header = \"Content-Type: application/json\"\nheader = \"Accept-Encoding: gzip\"\n";
        text +=
            "data-binary = " + quoted(query) + "\noutput = \"/dev/null\"\nnoproxy = \"*\"\nsilent\nfail\n";
    }
    return text;
}

}  // namespace

std::vector<std::string> first_load_queries(const Dataset& data) {
    const StreamSpec spec = bench_spec();
    const Dialect dialect;
    std::vector<std::string> queries{query_text(Query{.spec = &spec})};
    for (std::size_t at = data.page_records; at < data.count; at += data.page_records) {
        const std::string where = where::after(dialect, data.modified[at - 1], data.ids[at - 1]);
        queries.push_back(query_text(Query{.spec = &spec, .where = where}));
    }
    return queries;
}

std::string write_configuration(const CannedServer& server, const std::string& folder,
                                const std::string& poll_every) {
    const StreamSpec spec = bench_spec();
    const std::string key = folder + "/api-key";
    write_file(key, "bench-key\n");
    fs::permissions(key, fs::perms::owner_read | fs::perms::owner_write);
    std::string text = "portal:\n  base_url: " + server.base_url() + "\n  workspace_id: \"";
    text += spec.workspace_id + "\"\n  bucket_id: \"" + spec.bucket_id + "\"\n  api_key_file: " + key;
    text += "\n  rate: { per_second: 1000, burst: 1000 }\nstreams:\n  - entity: " + spec.entity;
    text += "\n    poll_every: " + poll_every + "\nstore:\n  url: sqlite:" + folder + "/store.db\n";
    const std::string file = folder + "/config.yaml";
    write_file(file, text);
    return file;
}

Contenders::Contenders(const Options& options, const Dataset& data, const std::vector<Page>& pages,
                       CannedServer& server, std::string folder)
    : options_(options), data_(data), pages_(pages), server_(server), folder_(std::move(folder)) {}

std::string Contenders::fresh() {
    std::string folder = folder_ + "/contender";
    fs::remove_all(folder);
    fs::create_directory(folder);
    return folder;
}

void Contenders::check(const std::string& store) const {
    Connection db(store, {});
    const std::int64_t records = db.number("SELECT count(*) FROM records");
    if (records == static_cast<std::int64_t>(data_.count)) return;
    throw std::runtime_error(store + " holds " + std::to_string(records) + " records of " +
                             std::to_string(data_.count));
}

Cost Contenders::product(bool gzip) {
    const std::string folder = fresh();
    server_.counts().gzip = gzip;
    const std::string configuration = write_configuration(server_, folder, "5m");
    const Cost cost =
        run_program({options_.syncd, "--config", configuration, "--once"}, folder + "/syncd.log");
    check(folder + "/store.db");
    fs::remove_all(folder);
    return cost;
}

Cost Contenders::bare() {
    const std::string folder = fresh();
    const Cost cost = run_function([&] {
        BareStore store(folder + "/store.db");
        for (const Page& page : pages_)
            store.insert(page);
        store.close();
    });
    check(folder + "/store.db");
    fs::remove_all(folder);
    return cost;
}

Cost Contenders::curl(bool gzip) {
    const std::string folder = fresh();
    server_.counts().gzip = gzip;
    write_file(folder + "/curl.txt", curl_configuration(server_, first_load_queries(data_)));
    return run_program({"curl", "--disable", "--config", folder + "/curl.txt"}, folder + "/curl.log");
}

Cost Contenders::node(bool gzip) {
    const std::string folder = fresh();
    server_.counts().gzip = gzip;
    const Cost cost = run_program(
        {"env", "NODE_PATH=" + options_.node_modules, "node", std::string(BENCH_NODE_FOLDER) + "/sync.js",
         server_.base_url(), bench_spec().entity, folder + "/store.db"},
        folder + "/node.log");
    check(folder + "/store.db");
    fs::remove_all(folder);
    return cost;
}

}  // namespace carecloud::bench
