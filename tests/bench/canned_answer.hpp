// What the canned portal answers: a query's text in, an answer out. It understands what the product asks
// (`$gt $gte $lt $lte $eq $in` on `_id` and `modified` as strings, `$or`, `$and`, Take, Skip, Fields), finds
// the place in the order, and has the page that begins there ready. It caps Take at what passes the gateway,
// so that pages begin where they were rendered. Pure.
#pragma once

#include "bench/dataset.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace carecloud::bench {

struct CannedAnswer {
    int status = 200;
    bool beforehand = true;  // rendered before the run
    std::size_t records = 0;
    std::string_view plain;  // in the dataset, or in `made`
    std::string_view gzip;   // empty: only plain
    std::string made;
};

// `visible`: how many of the dataset's records the portal shows. Nothing is thrown: a query that is not
// understood is answered by 400.
CannedAnswer answer_query(const Dataset& data, std::size_t visible, std::string_view body);

}  // namespace carecloud::bench
