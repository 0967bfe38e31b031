// The cost of each stage of processing a page, separately on one core: CPU microseconds per record.
#pragma once

#include "bench/dataset.hpp"
#include "model/record.hpp"

#include <memory>
#include <vector>

namespace carecloud::bench {

double inflate_us(const Dataset& data);  // gunzip, as in the product
double slice_us(const Dataset& data);    // slicing and SHA-256, as in the product

// The dataset's pages, sliced, for the bare loop.
std::vector<Page> slice_pages(const Dataset& data);

}  // namespace carecloud::bench
