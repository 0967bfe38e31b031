// The responses of the canned portal, from the text of a query. It understands the product's queries (`$gt $gte $lt
// $lte $eq $in` on `_id` and `modified` as strings, `$or`, `$and`, Take, Skip, Fields), finds the position in the
// order, and has a rendered page that begins there. It limits Take to what passes the gateway, so pages begin where
// they were rendered. Pure.
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

// `visible`: how many of the dataset's records the portal shows. Never throws: the response to an unknown query is 400.
CannedAnswer answer_query(const Dataset& data, std::size_t visible, std::string_view body);

}  // namespace carecloud::bench
