// The cost of keeping former versions: the same corrections into a store that keeps them and into one that does not,
// fed from memory, alternating page by page.
#include "bench/dataset.hpp"
#include "bench/machine.hpp"
#include "bench/page_source.hpp"
#include "bench/sync_bench.hpp"
#include "bench/table.hpp"
#include "runtime/system_clock.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/run_task.hpp"

#include <chrono>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace carecloud::bench {
namespace {

class CorrectedStore {
  public:
    CorrectedStore(const std::string& path, bool keeps) {
        std::filesystem::remove(path);
        auto opened = SqliteStore::open({.path = path, .keep_versions = keeps}, clock_);
        if (!opened) throw std::runtime_error(opened.error().message());
        store_ = std::move(*opened);
    }

    // Returns seconds. `last`: of a round, so the first load ends.
    double commit(const PagePtr& page, bool last) {
        const double cpu = process_cpu_seconds();
        const auto start = std::chrono::steady_clock::now();
        const std::string stream = bench_spec().entity;
        const auto done = run_task(io_, store_->commit({.stream = stream, .page = page}));
        if (last && !run_task(io_, store_->note_first_pass(stream)))
            throw std::runtime_error("the first load was not ended");
        if (!done || done->changes() != page->records.size())
            throw std::runtime_error("a page was not taken");
        cpu_ += process_cpu_seconds() - cpu;
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    // CPU time of the process since the last call, including all of its threads.
    double take_cpu_seconds() { return std::exchange(cpu_, 0); }

  private:
    boost::asio::io_context io_{1};
    SystemClock clock_{io_};
    std::unique_ptr<SqliteStore> store_;
    double cpu_ = 0;
};

}  // namespace

void measure_corrections(const Options& options, const std::string& shape, const Dataset& data,
                         const std::string& folder) {
    CorrectedStore without(folder + "/without.db", false);
    CorrectedStore with(folder + "/with.db", true);
    std::vector<std::vector<std::string>> rows{{shape + " records", "with versions, records/s",
                                                "without, records/s", "ratio", "CPU us a record", "without"}};
    for (std::size_t round = 0; round <= options.rounds; ++round) {
        double seconds_with = 0;
        double seconds_without = 0;
        std::size_t records = 0;
        for (std::size_t i = 0; i < whole_pages(data); ++i) {
            const PagePtr page = page_of(data, i, round);
            const bool last = i + 1 == whole_pages(data);
            const bool turn = i % 2 == 0;
            if (turn) seconds_with += with.commit(page, last);
            seconds_without += without.commit(page, last);
            if (!turn) seconds_with += with.commit(page, last);
            records += page->records.size();
        }
        const auto count = static_cast<double>(records);
        rows.push_back({round == 0 ? "first load" : "corrections " + std::to_string(round),
                        digits(count / seconds_with), digits(count / seconds_without),
                        digits(seconds_without / seconds_with), digits(with.take_cpu_seconds() * 1e6 / count),
                        digits(without.take_cpu_seconds() * 1e6 / count)});
    }
    print_table(
        "the cost of keeping former versions, " + std::to_string(data.count) + " " + shape + " records",
        rows);
}

}  // namespace carecloud::bench
