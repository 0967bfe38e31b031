// Pages, sliced as in the product: an endless series of pages with 1000 light records each, and the pages of a dataset.
#pragma once

#include "bench/dataset.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"

#include <cstddef>
#include <string>

namespace carecloud::bench {

// The stream that all contenders read.
StreamSpec bench_spec();

inline constexpr std::size_t kSourcePage = 1000;

enum class Ids { random, ascending };  // ascending: as MongoDB creates ObjectIds

class PageSource {
  public:
    explicit PageSource(Ids ids) : ids_(ids) {}

    PagePtr next();

  private:
    Ids ids_;
    RecordOptions options_;
    std::size_t index_ = 0;
};

// The whole pages of a dataset, with the given correction of all records, and the number of records per page.
std::size_t page_size(const Dataset& data);
std::size_t whole_pages(const Dataset& data);
std::string page_text(const Dataset& data, std::size_t page, std::size_t correction);
PagePtr page_of(const Dataset& data, std::size_t page, std::size_t correction);

}  // namespace carecloud::bench
