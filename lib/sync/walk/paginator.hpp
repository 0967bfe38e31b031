// A walk's pages between Portal and Store: asks for the page that a Walk stands before, and stores what came, whole
// records at once and unknown keys by their ids. What the stream's own pass and the bounded ones have in common. I/O
// thread alone.
#pragma once

#include "sync/walk/committer.hpp"
#include "sync/walk/context.hpp"
#include "sync/walk/fetcher.hpp"
#include "sync/walk/walk.hpp"

#include <cstddef>
#include <optional>

namespace carecloud {

// A page and how it was asked for: a page of keys must never be taken for one of whole records.
struct WalkAnswer {
    Fetched fetched;
    Reading reading = Reading::keys;
};

class Paginator {
  public:
    // All of these outlive it. `memory` learns how large pages may be. `deep`: content is compared and not `modified`
    // alone (hazard 6), so that keys never stand in for records that could be had whole.
    Paginator(Store& store, const StreamSpec& spec, StreamMemory& memory, Fetcher& fetcher, Committer& ledger,
              bool deep = false)
        : store_(store), spec_(spec), memory_(memory), fetcher_(fetcher), ledger_(ledger), deep_(deep) {}

    // The page at the walk's place.
    Task<Result<WalkAnswer>> fetch_at(Walk& walk);
    // The same, begun while the page before is being stored: its answer goes to complete().
    Task<Result<WalkAnswer>> fetch_ahead(const Walk& walk);
    // The answer, or what must be asked for in its place: keys where not even one whole record passes, since they tell
    // at least who it is; records of the dialect's types alone where others stand between them (hazard 33).
    Task<Result<WalkAnswer>> complete(Result<WalkAnswer> answer, Walk& walk);

    // Commits the page; how many of its records were new to the store, or among `unmet`, which are taken whatever the
    // store has of them. `state` is committed with the last of them.
    Task<Result<std::size_t>> store(PagePtr page, Reading reading, const Dialect& dialect,
                                    std::optional<StreamState> state, std::vector<std::size_t> unmet);
    // Fetches and commits the keys that the store neither holds nor has in quarantine, or all if `deep`; how many.
    Task<Result<std::size_t>> store_unknown(std::vector<Key> keys, const Dialect& dialect,
                                            std::optional<StreamState> state);

  private:
    Query query_for(const Walk& walk) const;
    Task<Result<std::size_t>> store_keys(std::vector<Key> keys, std::vector<std::size_t> unmet,
                                         const Dialect& dialect, std::optional<StreamState> state);
    Task<Result<WalkAnswer>> fetch(Query query, Reading reading, PageSize& size);
    Task<Result<WalkAnswer>> fetch_keys_instead(Result<WalkAnswer> answer, Walk& walk);
    Task<Result<WalkAnswer>> ask(Walk& walk);
    Task<Result<WalkAnswer>> narrow(Walk& walk, std::vector<Key> shown);
    Task<Result<bool>> begins_with_another_type(const Walk& walk, std::string first);
    PageSize& size_of(Reading reading) { return reading == Reading::full ? memory_.whole : memory_.keys; }

    Store& store_;
    const StreamSpec& spec_;
    StreamMemory& memory_;
    Fetcher& fetcher_;
    Committer& ledger_;
    bool deep_;
};

// The keys of a page's records, invalid ones included, but for those without an id: they can only be met whole.
std::vector<Key> keys_of(const Page& page);

}  // namespace carecloud
