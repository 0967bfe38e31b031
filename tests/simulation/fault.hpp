// The faults of a simulated world, by name. A world has every kind unless some are excluded.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The engine cannot detect the following, so the checks require nothing while they last, or at all:
// - mixed types at a portal that does not count: neither walks nor counts include the records of the other type, and a
//   walk over mixed types skips other records of the entity as well;
// - a replica that lags longer than the overlap and answers every query about a record: it looks as if the record were
//   gone, or an earlier version the newest; the next whole reconciliation repairs it;
// - a list that is empty for minutes, or a record that it omits, in a pass: nothing is expected there; the next whole
//   reconciliation finds it;
// - a page that is out of order and truncated at once, so that it looks sorted: a pass skips the records that it lacks;
//   the next whole reconciliation finds them;
// - a record that a filtered list omits for longer than the overlap, while its content changes: it looks as if it had
//   left the filter, and is marked so until a list contains it again;
// - all clocks ahead at once (`Date` wrong or absent, and the local one): late rows are found only by a whole
//   reconciliation;
// - content that changes with one `modified`: found by a deep reconciliation.
enum class Fault {
    kill,      // the process ends between any two handlers, and restarts from the committed state
    stop,      // it is told to stop, and restarts
    rival,     // a second daemon starts: refused, or, if the first one is down, the store's owner from now on
    settings,  // filter, fields, page size, overlap, interval or rate differ in the next life
    store,     // full, locked, I/O error, or executed with its result lost
    network,   // unreachable, timed out
    server,    // 5xx, HTML, truncated bodies, isSuccess:false
    rate,      // 429 with Retry-After
    quota,     // 429 "Limit Exceeded", and our own quota
    key,       // 403 for an hour
    empty,     // an erroneously empty listing, never twice in a row
    hole,      // a record is in no listing for a while, as with a corrupt index, but can be retrieved
    foreign,   // records of another workspace
    unsorted,  // a page in insertion order, whatever Sort is
    stale,     // a response of a lagging replica, within the overlap
    total,     // totals that are wrong, or not numbers
    spelling,  // camelCase turns into PascalCase, or back
    busy,      // records are written while pages are read
    move,      // records enter and leave the stream's filter
    size,      // a small limit of responses, and records that no response contains
    late,      // rows become visible after their `modified`, within the overlap
    very_late,  // and later than that: found by a reconciliation
    future,     // `modified` ahead of the portal's time
    skew,       // `modified` behind it
    unbumped,   // content changes and `modified` does not: found by a reconciliation
    remove,     // hard deletes: found by a reconciliation
    jump,       // the local clock jumps
    events,     // late, twice, out of order, never, unsubscribed
    lanes,      // long walks are read in ranges, several at once

    // Rare faults: each world randomly has or excludes each of them, so that most worlds are judged by the strictest
    // checks.
    back,      // `modified` goes back or repeats with different bytes, as with the clocks of two servers
    distant,   // a record is dated 2099, and corrected later
    restore,   // the whole portal is restored from its backup
    lag,       // responses of a replica that lags longer than the overlap
    date,      // the portal's `Date` is wrong or absent, for seconds or permanently
    clock,     // the local clock is wrong permanently
    cut,       // a truncated listing, with 200
    blank,     // every listing is empty for minutes, with 200
    mixed,     // some records have another type of `modified` or `_id` than the others
    retype,    // the type of `modified` changes in all records
    month,     // Retry-After of a month
    bytes,     // one record corrupts a response: a TAB, bytes that are not UTF-8, NaN
    envelope,  // `data` is an object
    fickle,    // a field differs in each response, as a signed URL does
    thrown,    // a call of the portal or the store throws, or a sleep
    reload,    // the configuration is reloaded repeatedly
    confirm,   // an operator confirms every request of the guard
    ahead,     // every record lies in the future, as with a wrong year
    prompt,    // rows are visible at their `modified`, and the overlap is zero
};

inline constexpr Fault kFirstRareFault = Fault::back;

const std::vector<Fault>& all_faults();
std::string_view to_string(Fault fault);
std::optional<Fault> fault_from(std::string_view name);

}  // namespace carecloud
