// Whole records fetched by their `_id`, as many at a time as pass the gateway: what a walk of keys found unknown, and
// what no answer carried before (hazards 3 and 8). Pages are committed as they come. I/O thread alone.
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
    // `size` learns, as in the walk of whole records. All of these outlive it.
    ById(Fetcher& fetcher, PageSize& size, Committer& committer, const StreamSpec& spec,
         const Dialect& dialect)
        : fetcher_(fetcher), size_(size), committer_(committer), spec_(spec), dialect_(dialect) {}

    // Fetches and commits them all, in the order of the keys; `state` is committed with the last. One that no answer
    // carries alone goes to quarantine by its key. What the portal no longer shows has moved on in the order, where a
    // walk meets it, or is gone.
    Task<Result<>> fetch(std::vector<Key> keys, std::optional<StreamState> state);

    // The same of records that a query in the dialect has just left out, by an `_id` of the other type.
    Task<Result<>> fetch_in_other_form(std::vector<Key> keys);

    // Of those that were asked for, the ones that the portal did not show.
    const std::vector<std::string>& not_found() const { return not_found_; }
    // Of the answers' records, those that could not be read.
    const std::vector<std::string>& invalid() const { return invalid_; }

    // One record of the quarantine that no answer carried, once more.
    Task<Result<>> retry(Key key);
    // The longest untried of those, where the last attempt is an hour ago by this machine's clock: it may pass by now.
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
    bool one_by_one_ =
        false;              // an answer of several did not pass, whatever its size, and it is not known why
    bool doubted_ = false;  // the last answer had none of the records asked for
    std::vector<InvalidRecord> unreachable_;
    bool is_other_form_ = false;  // of an id: there is none besides
    std::vector<Key> missing_;    // what two answers did not show
    std::vector<std::string> not_found_;
    std::vector<std::string> invalid_;
};

// The last question about a record that listings within the stream leave out (lib/sync/DESIGN.md, hazards 21 and 38).

// Of a record in quarantine. True: it is none of the stream's. The portal denies it when it is asked for it alone, or
// it has it and the stream's filter leaves it out. False: it is there, and the listings were wrong. `spec` lives until
// the end. Errors: the portal's.
Task<Result<bool>> is_denied(Fetcher& fetcher, const StreamSpec& spec, std::string id);

// What the portal says of a record that is held, when it is asked for it without the stream's filter.
enum class Presence {
    denied,   // it is gone
    changed,  // it is there in another version than the one held
    same,     // it is there just as it is held, or no version of it can be read
};

struct Sighting {
    Presence presence = Presence::same;
    PagePtr page;  // the answer; keys alone where no answer carries the whole record
};

// With a projection (`spec.fields`) the version is told by `modified` alone. `spec` lives until the end. Errors: the
// portal's.
Task<Result<Sighting>> sight(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect, std::string id,
                             HeldRecord held);

// What the stream lists of these ids in the other literal form: a record whose `_id` has another type than the
// dialect's is in no other answer (hazard 33). `spec` lives until the end. Errors: the portal's; a form that it refuses
// is one that no `_id` has.
Task<Result<std::vector<Key>>> listed_in_other_form(Fetcher& fetcher, const StreamSpec& spec,
                                                    const Dialect& dialect, std::vector<std::string> ids);
// Whether the stream lists the record when it is requested alone, in either form. If so, it has left nothing: listings
// for several ids were cut, or have a hole (hazard 38).
Task<Result<bool>> is_listed_alone(Fetcher& fetcher, const StreamSpec& spec, const Dialect& dialect,
                                   std::string id);

// What becomes of a record that the portal has and that queries by id with the stream's filter left out.
enum class Omitted {
    left,  // it has left the stream's filter
    hole,  // the listings are wrong: it is kept, and reported
    wait,  // a second look, an overlap after the first, will say
};

// `first`: the first of these queries; `asked_at`: the latest, by the portal's time. Pure.
Omitted judge_omitted(const Omission& first, Timestamp asked_at, Duration overlap, Presence presence);

}  // namespace carecloud
