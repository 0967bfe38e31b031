// Pages, sliced as the product does: an endless series of 1000 light records each, and those of a dataset.
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

// Whole pages of a dataset, after that correction of all records, and the number of their records.
std::size_t page_size(const Dataset& data);
std::size_t whole_pages(const Dataset& data);
std::string page_text(const Dataset& data, std::size_t page, std::size_t correction);
PagePtr page_of(const Dataset& data, std::size_t page, std::size_t correction);

}  // namespace carecloud::bench
