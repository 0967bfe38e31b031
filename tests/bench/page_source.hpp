// An endless series of pages of 1000 light records, created on demand and sliced as the product does.
#pragma once

#include "model/record.hpp"
#include "portal/records.hpp"

#include <cstddef>

namespace carecloud::bench {

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

}  // namespace carecloud::bench
