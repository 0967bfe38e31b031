#include "bench/page_source.hpp"
#include "bench/postgres_bench.hpp"
#include "bench/postgres_site.hpp"
#include "bench/table.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

namespace carecloud::bench {
namespace {

constexpr std::size_t kParts = 6;
constexpr std::size_t kSamples = 60;  // pages that are measured once they are held

struct Part {
    std::size_t held = 0;  // at the end of this part
    double product = 0;    // records per second
    double bare = 0;
};

void print_parts(const std::string& title, const std::vector<Part>& parts) {
    std::vector<std::vector<std::string>> rows{
        {"records held", "product records/s", "COPY records/s", "x of COPY"}};
    for (const Part& part : parts) {
        rows.push_back({std::to_string(part.held), digits(part.product), digits(part.bare),
                        digits(part.product / part.bare)});
    }
    print_table(title, rows);
    const Part& first = parts.front();
    const Part& last = parts.back();
    std::cout << "  rate of the last sixth relative to the first: product "
              << digits(last.product / first.product) << " (target 0.6), COPY "
              << digits(last.bare / first.bare) << "\n";
}

void print_held(PostgresContender& product, const std::vector<PagePtr>& pages) {
    std::vector<double> whole;
    std::vector<double> keys;
    for (const PagePtr& page : pages) {
        whole.push_back(seconds_of([&] { product.check_held(page); }) * 1e3);
        keys.push_back(seconds_of([&] { product.check_keys(page); }) * 1e3);
    }
    print_table(
        "a page of 1000 records that the store already holds, in ms",
        {{"", "median (lowest to highest)"}, {"whole records", spread(whole)}, {"keys", spread(keys)}});
    std::cout << "  target 7\n";
}

}  // namespace

void measure_postgres_growth(const PostgresOptions& options) {
    std::cout << "\nfirst load " << std::flush;
    PostgresContender product;
    BareCopy bare;
    PageSource source(Ids::random);
    const std::size_t pages = std::max(kParts, options.growth / kSourcePage);
    const std::size_t sample_every = std::max<std::size_t>(1, pages / kSamples);
    std::vector<PagePtr> samples;
    std::vector<Part> parts;
    std::size_t written = 0;
    for (std::size_t i = 1; i <= kParts; ++i) {
        double product_seconds = 0;
        double bare_seconds = 0;
        const std::size_t first = written;
        for (; written < pages * i / kParts; ++written) {
            const PagePtr page = source.next();
            if (written % sample_every == 0) samples.push_back(page);
            product_seconds += seconds_of([&] { product.insert(page); });
            bare_seconds += seconds_of([&] { bare.insert(*page); });
        }
        const auto records = static_cast<double>((written - first) * kSourcePage);
        parts.push_back({written * kSourcePage, records / product_seconds, records / bare_seconds});
        std::cout << "." << std::flush;
    }
    std::cout << "\n";
    print_parts("first load of " + std::to_string(pages * kSourcePage) + " light records, random ids", parts);
    print_held(product, samples);
}

}  // namespace carecloud::bench
