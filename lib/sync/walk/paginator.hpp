// A walk's pages between Portal and Store: asks for the page that a Walk stands before, and stores what came, whole
// records at once and unknown keys by their ids. What the stream's own pass and the bounded ones have in common. I/O
// thread alone.
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
    // All of these outlive it. `memory` learns how large pages may be. `deep`: content is compared and not `modified`
    // alone (hazard 6), so that keys never stand in for records that could be had whole.
    Paginator(Store& store, const StreamSpec& spec, StreamMemory& memory, Fetcher& fetcher,
              Committer& committer, bool deep = false)
        : store_(store),
          spec_(spec),
          memory_(memory),
          fetcher_(fetcher),
          committer_(committer),
          deep_(deep) {}

    // The page at the walk's position. If not even one whole record passes, it is one of keys; if records of another
    // type are between them, one of the dialect's types alone (hazard 33).
    Task<Result<Fetched>> fetch_at(Walk& walk) { return complete(std::nullopt, walk); }
    // The same, requested while the page before is being stored. complete() turns its answer into that of fetch_at().
    Task<Result<Fetched>> fetch_ahead(const Walk& walk);
    Task<Result<Fetched>> complete(std::optional<Result<Fetched>> ahead, Walk& walk);

    // Commits the page; how many of its records were new to the store, or among `unmet`, which are taken whatever the
    // store has of them. `state` is committed with the last of them.
    Task<Result<std::size_t>> store(PagePtr page, Projection projection, const Dialect& dialect,
                                    std::optional<StreamState> state, std::vector<std::size_t> unmet);
    // Fetches and commits the keys that the store neither holds nor has in quarantine, or all if `deep`; how many.
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

// The keys of a page's records, invalid ones included, but for those without an id: they can only be met whole.
std::vector<Key> keys_of(const Page& page);

// The two halves of a step of a pass: the next page is fetched while this one is stored. The first exception ends the
// other half, and is thrown when both have ended; a fault goes before a cancellation.
//
//     auto both = side_by_side(std::move(fetching), std::move(storing));
//     auto [fetched, stored] = co_await std::move(both);
Task<std::pair<Result<Fetched>, Result<std::size_t>>> side_by_side(Task<Result<Fetched>> fetching,
                                                                   Task<Result<std::size_t>> storing);

}  // namespace carecloud
