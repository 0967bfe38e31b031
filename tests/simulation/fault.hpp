// What may go wrong in a simulated world, by name. A world has every kind unless it is told to do without some.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Nothing in the engine can notice these, so the checks ask for nothing while they last, or at all:
// - mixed types at a portal that does not count: neither walks nor counts show the records of the other type, and
//   a walk over mixed types passes over other records of the entity as well;
// - a replica that lags longer than the overlap and answers each question about a record: it looks as if the
//   record were gone, or an earlier version the newest; the next whole reconciliation heals it;
// - a list that is empty for minutes, or a record that it leaves out, in a pass: nothing is expected there; the
//   next whole reconciliation finds it;
// - a record that a filtered list leaves out for longer than the overlap, while its content changes: it looks as
//   if it had left the filter, and is marked so until a list shows it again;
// - all clocks ahead at once (`Date` wrong or absent, and the local one): late rows are found by a whole
//   reconciliation only;
// - content that changes under one `modified`: for a deep reconciliation to find.
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

    // Rare ones: a world draws each of them or does without, so that most worlds are judged by the strictest checks.
    back,      // `modified` goes back or repeats with other bytes, as with the clocks of two servers
    distant,   // a record is dated 2099, and corrected later
    restore,   // the whole portal is restored from its backup
    lag,       // answers of a replica that lags longer than the overlap
    date,      // the portal's `Date` is wrong or absent, for seconds or for good
    clock,     // the local clock is wrong, for good
    cut,       // a listing ends too early, with 200
    blank,     // every listing is empty for minutes, with 200
    mixed,     // some records have another type of `modified` or `_id` than the others
    retype,    // the type of `modified` changes in all records
    month,     // Retry-After says a month
    bytes,     // one record spoils an answer: a TAB, bytes that are not UTF-8, NaN
    envelope,  // `data` is an object
    fickle,    // a field differs in each answer, as a signed URL does
    thrown,    // a call of the portal or the store throws
    reload,    // the configuration is loaded again and again
    confirm,   // an operator confirms whatever the guard asks
};

inline constexpr Fault kFirstRareFault = Fault::back;

const std::vector<Fault>& all_faults();
std::string_view to_string(Fault fault);
std::optional<Fault> fault_from(std::string_view name);

}  // namespace carecloud
