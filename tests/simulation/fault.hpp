// What may go wrong in a simulated world, by name. A world has every kind unless it is told to do without some.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

enum class Fault {
    kill,   // the process ends between any two handlers, and starts again on what was committed
    stop,   // it is told to stop, and starts again
    rival,  // a second daemon starts: refused, or, where the first one is away, the store's owner from now on
    settings,   // filter, fields, page size, overlap, interval or rate are others in the next life
    store,      // full, locked, I/O error, or done with its answer lost
    network,    // unreachable, timed out
    server,     // 5xx, HTML, cut bodies, isSuccess:false
    rate,       // 429 with Retry-After
    quota,      // 429 "Limit Exceeded", and a quota of our own
    key,        // 403 for an hour
    empty,      // an empty listing by mistake, never again at once
    hole,       // a record is in no listing for a while, as where an index lost it, and can be retrieved
    foreign,    // records of another workspace
    unsorted,   // a page in the order of the records' coming, whatever Sort says
    stale,      // an answer of a replica that lags, by less than the overlap leaves
    total,      // totals that are wrong, or no numbers
    spelling,   // camelCase turns into PascalCase, or back
    busy,       // records are written while pages are read
    move,       // records enter and leave what a stream's filter lets through
    size,       // a small limit of the answer, and records that no answer carries
    late,       // rows become visible after their `modified`, within the overlap
    very_late,  // and later than that: for a reconciliation to find
    future,     // `modified` ahead of the portal's time
    skew,       // `modified` behind it
    unbumped,   // content changes and `modified` does not: for a reconciliation to find
    remove,     // hard deletes: for a reconciliation to find
    jump,       // the local clock jumps
    events,     // late, twice, out of order, never, unsubscribed
};

const std::vector<Fault>& all_faults();
std::string_view to_string(Fault fault);
std::optional<Fault> fault_from(std::string_view name);

}  // namespace carecloud
