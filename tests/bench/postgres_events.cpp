#include "bench/page_source.hpp"
#include "bench/postgres_bench.hpp"
#include "bench/postgres_site.hpp"
#include "bench/table.hpp"
#include "support/run_task.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>

namespace carecloud::bench {
namespace {

constexpr std::chrono::milliseconds kBetweenEvents{10};
constexpr std::size_t kEventBytes = 2000;

// A block of events, which arrive one after another.
struct Arrivals {
    std::string prefix;             // of their message ids
    std::size_t count = 0;          // 0: until `written` is true
    std::vector<double> answers{};  // ms
    bool written = false;           // all pages are written
};

Task<Result<>> receive_events(PostgresContender& product, Arrivals& arrivals) {
    const std::string body = R"({"padding":")" + std::string(kEventBytes, 'x') + "\"}";
    for (std::size_t i = 0; arrivals.count > 0 ? i < arrivals.count : !arrivals.written; ++i) {
        auto sleeping = product.clock().sleep(kBetweenEvents);
        co_await std::move(sleeping);
        Event event{.message_id = arrivals.prefix + std::to_string(i),
                    .topic_arn = "arn:aws:sns:us-west-2:123456789012:carecloud",
                    .stream = "claim_attendance",
                    .record_id = std::to_string(i),
                    .body = body};
        const auto start = std::chrono::steady_clock::now();
        auto receiving = product.store().receive(std::move(event));
        const Result<bool> received = co_await std::move(receiving);
        if (!received) co_return received.error();
        arrivals.answers.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    co_return Result<>();
}

Task<> write_pages(PostgresContender& product, const std::vector<PagePtr>& pages) {
    for (const PagePtr& page : pages) {
        Batch batch{.stream = "claim_attendance", .page = page};
        auto committing = product.store().commit(std::move(batch));
        const Result<CommitSummary> done = co_await std::move(committing);
        if (!done) throw std::runtime_error(done.error().message());
        if (done->changes() != page->records.size())
            throw std::runtime_error("a page was not stored completely");
    }
}

std::vector<double> run_block(PostgresContender& product, Arrivals arrivals,
                              const std::vector<PagePtr>& pages) {
    std::exception_ptr failed;
    if (!pages.empty()) {
        boost::asio::co_spawn(product.io(), write_pages(product, pages),
                              [&](const std::exception_ptr& thrown) {
                                  failed = thrown;
                                  arrivals.written = true;
                              });
    }
    const Result<> done = run_task(product.io(), receive_events(product, arrivals));
    if (failed) std::rethrow_exception(failed);
    if (!done) throw std::runtime_error(done.error().message());
    return arrivals.answers;
}

double share_of(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

// The results of one kind of block, by round.
struct Block {
    std::vector<double> events{};
    std::vector<double> median{};
    std::vector<double> nearly_all{};

    void add(const std::vector<double>& answers) {
        events.push_back(static_cast<double>(answers.size()));
        median.push_back(bench::median(answers));
        nearly_all.push_back(share_of(answers, 0.99));
    }
};

std::vector<PagePtr> pages_of(const Dataset& data, std::size_t correction) {
    std::vector<PagePtr> pages;
    for (std::size_t i = 0; i < whole_pages(data); ++i)
        pages.push_back(page_of(data, i, correction));
    return pages;
}

}  // namespace

void measure_postgres_events(const PostgresOptions& options, const Dataset& full) {
    std::cout << "\nevents: " << options.rounds << " rounds " << std::flush;
    PostgresContender product;
    Block idle;
    Block loaded;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        const std::string name = "round-" + std::to_string(round);
        const std::vector<double> during =
            run_block(product, {.prefix = name + "-loaded-"}, pages_of(full, round));
        const std::vector<double> alone =
            run_block(product, {.prefix = name + "-idle-", .count = during.size()}, {});
        loaded.add(during);
        idle.add(alone);
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    print_table("time to store an event, one every " + std::to_string(kBetweenEvents.count()) + " ms, in ms",
                {{"", "events per round", "median", "99th percentile"},
                 {"idle store", digits(median(idle.events)), spread(idle.median), spread(idle.nearly_all)},
                 {"while full pages are written", digits(median(loaded.events)), spread(loaded.median),
                  spread(loaded.nearly_all)},
                 {"x of idle", "", spread(ratios(loaded.median, idle.median)),
                  spread(ratios(loaded.nearly_all, idle.nearly_all))}});
    std::cout << "  target of the median: at most 3 x of idle\n";
}

}  // namespace carecloud::bench
