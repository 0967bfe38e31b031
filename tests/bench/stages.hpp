// What each stage of a page's way costs by itself, on one core: CPU microseconds a record.
#pragma once

#include "bench/dataset.hpp"
#include "model/page.hpp"

#include <memory>
#include <vector>

namespace carecloud::bench {

double inflate_us(const Dataset& data);  // gunzip, as the product does it
double slice_us(const Dataset& data);    // walk and SHA-256, as the product does it

// The dataset's pages, sliced: what the bare loop inserts.
std::vector<Page> slice_pages(const Dataset& data);

}  // namespace carecloud::bench
