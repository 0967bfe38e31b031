#include "bench/bare_insert.hpp"
#include "bench/page_source.hpp"
#include "bench/sync_bench.hpp"
#include "bench/table.hpp"
#include "runtime/system_clock.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/run_task.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <iostream>
#include <stdexcept>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kPage = kSourcePage;
constexpr std::size_t kFirst = 10'000;
constexpr std::size_t kSteps = 20;
constexpr std::size_t kPagesAfterwards = 20;

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class ProductStore {
  public:
    explicit ProductStore(const std::string& path) {
        auto opened = SqliteStore::open({.path = path}, clock_);
        if (!opened) throw std::runtime_error(opened.error().message());
        store_ = std::move(*opened);
        const StreamSpec spec = bench_spec();
        state_ = {.stream = spec.entity, .entity = spec.entity, .fingerprint = spec.fingerprint()};
    }

    void insert(const PagePtr& page) {
        const Record& last = page->records.back();
        state_.cursor = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
        state_.safe = SafePoint{state_.cursor->modified_text, last.modified};
        Batch batch{.stream = state_.stream, .page = page, .state = state_};
        if (commit(std::move(batch)).changes() != kPage)
            throw std::runtime_error("a page was not stored completely");
    }

    // The first load ends: the store builds the index that it had omitted.
    void end_walk() {
        const auto noted = run_task(io_, store_->note_first_pass(state_.stream));
        if (!noted) throw std::runtime_error(noted.error().message());
    }

  private:
    CommitSummary commit(Batch batch) {
        auto committed = run_task(io_, store_->commit(std::move(batch)));
        if (!committed) throw std::runtime_error(committed.error().message());
        return *committed;
    }

    boost::asio::io_context io_{1};
    SystemClock clock_{io_};
    std::unique_ptr<SqliteStore> store_;
    StreamState state_;
};

// The results of one step.
struct Step {
    std::size_t held = 0;  // at its end
    double product = 0;    // records per second
    double bare = 0;
    double log_bytes = 0;  // of the write-ahead log, per page of 1000 records
};

std::size_t pages_until(std::size_t step, std::size_t records) {
    if (step == 0) return std::max<std::size_t>(1, std::min(kFirst, records) / kPage);
    const std::size_t end = std::max(kFirst, records * step / kSteps);
    return end / kPage;
}

double leaves_touched(BareStore& bare) {
    const auto leaves = static_cast<double>(
        bare.number("SELECT count(*) FROM dbstat WHERE name = 'records_by_id' AND pagetype = 'leaf'"));
    return leaves * (1 - std::pow(1 - 1 / leaves, static_cast<double>(kPage)));
}

// The growth of a store, and the results after its first load.
struct Growth {
    std::vector<Step> steps;
    double index_seconds = 0;  // to build the index of all records
    double afterwards = 0;     // records per second of a few more pages, with the index
    double leaves = 0;         // estimate of the index leaves that such a page changes; 0: only the last one
};

Growth grow(const Options& options, const std::string& home, Ids ids) {
    ProductStore product(home + "/product.db");
    BareStore bare(home + "/bare.db");
    PageSource source(ids);
    Growth growth;
    std::size_t pages = 0;
    for (std::size_t i = 0; i <= kSteps; ++i) {
        Step step;
        const std::size_t first = pages;
        const std::uint64_t log_before = bare.log_bytes();
        double product_seconds = 0;
        double bare_seconds = 0;
        for (; pages < pages_until(i, options.growth); ++pages) {
            const PagePtr page = source.next();
            product_seconds += seconds_of([&] { product.insert(page); });
            bare_seconds += seconds_of([&] { bare.insert(*page); });
        }
        if (pages == first) continue;
        const auto count = static_cast<double>(pages - first);
        step.held = pages * kPage;
        step.product = count * kPage / product_seconds;
        step.bare = count * kPage / bare_seconds;
        step.log_bytes = static_cast<double>(bare.log_bytes() - log_before) / count;
        growth.steps.push_back(step);
        std::cout << "." << std::flush;
    }
    growth.index_seconds = seconds_of([&] { product.end_walk(); });
    growth.leaves = ids == Ids::random ? leaves_touched(bare) : 0;
    double seconds = 0;
    for (std::size_t i = 0; i < kPagesAfterwards; ++i) {
        const PagePtr page = source.next();
        seconds += seconds_of([&] { product.insert(page); });
    }
    growth.afterwards = kPagesAfterwards * kPage / seconds;
    return growth;
}

void print_growth(const std::string& title, const Growth& growth) {
    const std::vector<Step>& steps = growth.steps;
    Rows rows{{"records held", "product records/s", "bare records/s", "x of bare", "log MB a page of 1000"}};
    for (const Step& step : steps) {
        rows.push_back({std::to_string(step.held), digits(step.product), digits(step.bare),
                        digits(step.product / step.bare), digits(step.log_bytes / 1e6)});
    }
    print_table(title, rows);
    const Step& end = steps.back();
    // The first step fills an empty cache and an empty log: print its rate and that of the second step.
    const Step& start = steps.front();
    const Step& second = steps[steps.size() > 1 ? 1 : 0];
    std::cout << "  rate at the end / at the start: product " << digits(end.product / start.product)
              << ", bare " << digits(end.bare / start.bare)
              << " (against the second step: " << digits(end.product / second.product) << ", "
              << digits(end.bare / second.bare) << "); target 0.7\n";
    const auto held = static_cast<double>(end.held);
    std::cout << "  the product's first load runs without the index (stream, id) and builds it at the end: "
              << digits(growth.index_seconds) << " s, " << digits(growth.index_seconds * 1e6 / held)
              << " us a record;\n  afterwards, with the index: " << digits(growth.afterwards)
              << " new records/s, " << digits(growth.afterwards / start.product) << " of the start.\n";
    if (growth.leaves > 0) {
        std::cout << "  the bound of those and of the bare loop: a page of 1000 random ids touches about "
                  << digits(growth.leaves) << " leaf pages of the index at the end;\n";
    } else {
        std::cout << "  a new id goes to the index's last leaf;\n";
    }
    std::cout << "  each touched leaf page is written completely to the log: "
              << digits(start.log_bytes / 1e6) << " MB a page at the start, " << digits(end.log_bytes / 1e6)
              << " MB at the end, and once more by the checkpoint.\n";
}

std::string fresh(const std::string& folder) {
    const std::string home = folder + "/growth";
    fs::remove_all(home);
    fs::create_directory(home);
    return home;
}

}  // namespace

void measure_growth(const Options& options, const std::string& folder) {
    for (const Ids ids : {Ids::random, Ids::ascending}) {
        const std::string home = fresh(folder);
        const std::string name = ids == Ids::random ? "random" : "ascending";
        std::cout << "\ngrowth, " << name << " ids " << std::flush;
        const Growth growth = grow(options, home, ids);
        std::cout << "\n";
        print_growth("growth to " + std::to_string(options.growth) + " light records, " + name + " ids",
                     growth);
        fs::remove_all(home);
    }
}

}  // namespace carecloud::bench
