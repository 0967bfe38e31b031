// Fetches whole records by their `_id`, as many at once as fit a response: records that a walk of keys found unknown,
// and records that were in no response before (hazards 3 and 8). Pages are committed as they arrive. I/O thread only.
#pragma once

#include "portal/query.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/committer.hpp"
#include "sync/walk/fetcher.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class ById {
  public:
    // `size` learns, as in a walk of whole records. All of these must outlive it.
    ById(Fetcher& fetcher, PageSize& size, Committer& committer, const StreamSpec& spec,
         const Dialect& dialect)
        : fetcher_(fetcher), size_(size), committer_(committer), spec_(spec), dialect_(dialect) {}

    // Fetches and commits all of them in the order of the keys; `state` is committed with the last one. A record that
    // is in no response even if requested alone is quarantined by its key. A record that the portal no longer returns
    // has moved on in the order, where a walk meets it, or is gone.
    Task<Result<>> fetch(std::vector<Key> keys, std::optional<StreamState> state);

    // The same for records that a query in the dialect has just omitted, by an `_id` of the other type.
    Task<Result<>> fetch_in_other_form(std::vector<Key> keys);

    // The requested records that were not returned, including those too large for any response.
    const std::vector<std::string>& not_found() const { return not_found_; }
    // The returned records that could not be parsed.
    const std::vector<std::string>& invalid() const { return invalid_; }

    // Requests a quarantined record again that was in no response, or was not valid JSON.
    Task<Result<>> retry(Key key);
    // Does the same for the quarantined record that is due (Store::untried) by this machine's clock and has waited
    // longest, because a response may contain it by now.
    Task<Result<>> retry_untried(Store& store, Timestamp wall);

  private:
    Task<Result<>> fetch_some(std::vector<Key>& keys, std::optional<StreamState>& state);
    void drop_answered(std::vector<Key>& keys, std::size_t asked, const Page& page);
    Task<Result<>> check_portal(const Key& key, Error error);
    void set_aside(const Key& key, const Error& error);

    Fetcher& fetcher_;
    PageSize& size_;
    Committer& committer_;
    const StreamSpec& spec_;
    const Dialect& dialect_;
    bool one_by_one_ = false;  // a request for several failed, and it is unknown which of them is to blame
    bool doubted_ = false;     // the last response had none of the requested records
    std::vector<InvalidRecord> unreachable_;
    bool is_other_form_ = false;  // the ids are in the other form already; there is no third
    std::vector<Key> missing_;    // in neither of two responses
    std::vector<std::string> not_found_;
    std::vector<std::string> invalid_;
};

// The final check of a record that the stream's listings omit (lib/sync/DESIGN.md, hazards 21 and 38).

// For a quarantined record. True: it does not belong to the stream, because the portal reports that it does not exist,
// or because it exists and the stream has a filter, which then excludes it. False: it exists, and the listings were
// wrong. `spec` must outlive the call. Errors: the portal's.
Task<Result<bool>> is_denied(Fetcher& fetcher, const StreamSpec& spec, std::string id);

// What the portal returns for a held record that is requested without the stream's filter.
enum class Presence {
    denied,   // it does not exist
    changed,  // it exists in another version than the held one
    same,     // it exists in the held version, or no version of it can be parsed
};

struct Sighting {
    Presence presence = Presence::same;
    PagePtr page;  // the response; only the key if no response can contain the whole record
};

// With a projection (`spec.fields`), versions are compared only by `modified`. `spec` must outlive the call. Errors:
// the portal's.
Task<Result<Sighting>> sight(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect, std::string id,
                             HeldRecord held);

// The keys that the stream lists for these ids in the other literal form: a record whose `_id` has another type than
// the dialect's is in no other response (hazard 33). Empty if the portal refuses the form, since no `_id` has it then.
// `spec` must outlive the call. Errors: the portal's.
Task<Result<std::vector<Key>>> listed_in_other_form(Fetcher& fetcher, const StreamSpec& spec,
                                                    const Dialect& dialect, std::vector<std::string> ids);
// Whether the stream lists the record if it is requested alone, in either form. If so, it has not left the stream:
// listings for several ids were truncated, or have a hole (hazard 38).
Task<Result<bool>> is_listed_alone(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect,
                                   std::string id);

// The verdict on a record that the portal has, but that queries by id with the stream's filter omit.
enum class Omitted {
    left,  // it has left the stream's filter
    hole,  // the listings are wrong: it is kept and reported
    wait,  // a second check, an overlap after the first, decides
};

// `first`: the first of these queries. `asked_at`: when the latest was requested, by the portal's time. Pure.
Omitted judge_omitted(const Omission& first, Timestamp asked_at, Duration overlap, Presence presence);

}  // namespace carecloud
