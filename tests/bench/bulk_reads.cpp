#include "bench/api_bench.hpp"
#include "bench/api_site.hpp"
#include "bench/kept_connection.hpp"
#include "bench/measured_process.hpp"
#include "bench/table.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace carecloud::bench {
namespace {

constexpr const char* kSqlite = "/usr/bin/sqlite3";
constexpr const char* kChangesSql =
    "SELECT seq, stream, id, kind, modified, lower(hex(hash)), committed_at FROM changes ORDER BY seq";
constexpr const char* kRecordsSql =
    "SELECT body FROM records WHERE stream = 'claim_attendance' AND deleted_at IS NULL ORDER BY id";

struct Reads {
    std::string name;
    std::vector<double> rate{};       // per second
    std::vector<double> cpu_us{};     // per read, of the reader
    std::vector<double> daemon_us{};  // per read, of the daemon
};

// The number after "next" at the end of a page.
std::size_t next_in(std::string_view page) {
    constexpr std::string_view name = "\"next\":";
    const std::size_t at = page.rfind(name);
    std::size_t next = 0;
    if (at == std::string_view::npos ||
        std::from_chars(page.data() + at + name.size(), page.data() + page.size(), next).ec != std::errc{})
        throw std::runtime_error("a page of changes has no next");
    return next;
}

void follow_all(std::uint16_t port, std::size_t changes) {
    KeptConnection connection(port);
    std::size_t since = 0;
    while (since < changes) {
        const std::size_t next =
            next_in(connection.get("/v1/changes?limit=5000&since=" + std::to_string(since)));
        if (next <= since) throw std::runtime_error("the change log ends too early");
        since = next;
    }
}

std::size_t lines_in(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return static_cast<std::size_t>(
        std::count(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>(), '\n'));
}

class BulkReads {
  public:
    BulkReads(const ApiOptions& options, const ApiSite& site, std::size_t records)
        : options_(options), site_(site), records_(records) {}

    void round() {
        add(follower_, [&] { return run_function([&] { follow_all(site_.port(), records_); }); });
        add_program(ctl_changes_, {options_.ctl, "--url", site_.url(), "changes"});
        add_program(sqlite_changes_, {kSqlite, "-readonly", site_.store_path(), kChangesSql});
        add_program(ctl_export_, {options_.ctl, "--url", site_.url(), "export", "claim_attendance"});
        add_program(sqlite_export_, {kSqlite, "-readonly", site_.store_path(), kRecordsSql});
    }

    void print(const std::string& shape) const {
        std::vector<std::vector<std::string>> rows{
            {"", "a second", "x of sqlite3", "CPU us each", "and in the daemon"}};
        for (const auto& [reads, beside] : {std::pair(&follower_, &sqlite_changes_),
                                            {&ctl_changes_, &sqlite_changes_},
                                            {&sqlite_changes_, &sqlite_changes_},
                                            {&ctl_export_, &sqlite_export_},
                                            {&sqlite_export_, &sqlite_export_}}) {
            rows.push_back({reads->name, spread(reads->rate), spread(ratios(reads->rate, beside->rate)),
                            digits(median(reads->cpu_us)), digits(median(reads->daemon_us))});
        }
        print_table(std::to_string(records_) + " " + shape + " records and their changes, read once", rows);
    }

  private:
    template <class Run>
    void add(Reads& reads, const Run& run) {
        const double before = site_.daemon().cpu_seconds();
        const Cost cost = run();
        const auto count = static_cast<double>(records_);
        reads.rate.push_back(count / cost.wall_seconds);
        reads.cpu_us.push_back(cost.cpu_seconds * 1e6 / count);
        reads.daemon_us.push_back((site_.daemon().cpu_seconds() - before) * 1e6 / count);
    }

    // Writes one line per row to a file.
    void add_program(Reads& reads, const std::vector<std::string>& command) {
        const std::string out = site_.file("read.out");
        add(reads, [&] { return run_program(command, out); });
        if (lines_in(out) != records_) throw std::runtime_error(reads.name + " omitted something");
    }

    const ApiOptions& options_;
    const ApiSite& site_;
    std::size_t records_;
    Reads follower_{.name = "changes, GET /v1/changes, 5000 a page"};
    Reads ctl_changes_{.name = "changes, carecloudctl changes"};
    Reads sqlite_changes_{.name = "changes, sqlite3"};
    Reads ctl_export_{.name = "records, carecloudctl export"};
    Reads sqlite_export_{.name = "records, sqlite3"};
};

}  // namespace

void measure_bulk_reads(const ApiOptions& options, const std::string& shape, const ApiSite& site,
                        std::size_t records) {
    BulkReads reads(options, site, records);
    for (std::size_t round = 0; round < options.rounds; ++round) {
        reads.round();
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    reads.print(shape);
}

}  // namespace carecloud::bench
