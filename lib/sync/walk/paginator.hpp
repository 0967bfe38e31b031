// Brings a walk's pages from Portal to Store: requests the page at the walk's position and stores it, whole records
// immediately and unknown keys by id. Shared by the streams' own passes and the bounded ones. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sync/walk/committer.hpp"
#include "sync/walk/context.hpp"
#include "sync/walk/fetcher.hpp"
#include "sync/walk/walk.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace carecloud {

class Paginator {
  public:
    // All of these must outlive it. `memory` learns the page size. `deep`: compare content, not only `modified` (hazard
    // 6), so keys never replace records that can be fetched whole.
    Paginator(Store& store, const StreamSpec& spec, StreamMemory& memory, Fetcher& fetcher,
              Committer& committer, bool deep = false)
        : store_(store),
          spec_(spec),
          memory_(memory),
          fetcher_(fetcher),
          committer_(committer),
          deep_(deep) {}

    // Fetches the page at the walk's position. It contains only keys if not even one whole record fits a response, and
    // only records of the dialect's types if there are others among them (hazard 33).
    Task<Result<Fetched>> fetch_at(Walk& walk) { return complete(std::nullopt, walk); }
    // The same in two steps: fetch_ahead() requests the page while the previous one is being stored, and complete()
    // converts its answer to that of fetch_at().
    Task<Result<Fetched>> fetch_ahead(const Walk& walk);
    Task<Result<Fetched>> complete(std::optional<Result<Fetched>> ahead, Walk& walk);

    // Commits the page. Returns how many of its records were new to the store or in `unmet`; the latter are stored
    // whatever the store holds. `state` is committed with the last of them.
    Task<Result<std::size_t>> store(PagePtr page, Projection projection, const Dialect& dialect,
                                    std::optional<StreamState> state, std::vector<std::size_t> unmet);
    // Fetches and commits the keys that the store neither holds nor has in quarantine, or all if `deep`. Returns how
    // many were found.
    Task<Result<std::size_t>> store_unknown(std::vector<Key> keys, const Dialect& dialect,
                                            std::optional<StreamState> state);

  private:
    Query query_for(const Walk& walk) const;
    Task<Result<std::size_t>> store_keys(std::vector<Key> keys, std::vector<std::size_t> unmet,
                                         const Dialect& dialect, std::optional<StreamState> state);
    Task<Result<Fetched>> fetch_keys(Walk& walk);
    Task<Result<Fetched>> ask(Walk& walk);
    Task<Result<Fetched>> check_types(Fetched fetched, Walk& walk);
    Task<Result<Fetched>> narrow(Walk& walk, std::vector<Key> shown);
    Task<Result<bool>> begins_with_another_type(const Walk& walk, std::string first);

    Store& store_;
    const StreamSpec& spec_;
    StreamMemory& memory_;
    Fetcher& fetcher_;
    Committer& committer_;
    bool deep_;
};

// The keys of a page's records, including invalid ones. Records without an id are omitted: they can only be fetched
// whole.
std::vector<Key> keys_of(const Page& page);

// The two halves of a step of a pass: the next page is fetched while this one is stored. The first exception cancels
// the other half and is thrown when both have ended; a fault takes precedence over a cancellation.
//
//     auto both = side_by_side(std::move(fetching), std::move(storing));
//     auto [fetched, stored] = co_await std::move(both);
Task<std::pair<Result<Fetched>, Result<std::size_t>>> side_by_side(Task<Result<Fetched>> fetching,
                                                                   Task<Result<std::size_t>> storing);

}  // namespace carecloud
