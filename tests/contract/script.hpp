// A store's life in few steps, each of which is committed on its own: a first load, increments, events, quarantine,
// quota, a reader that comes and goes, a restart in between. And what a store holds after each.
#pragma once

#include "base/error.hpp"
#include "contract/read_sqlite.hpp"
#include "support/hand_clock.hpp"
#include "support/memory_store/store_content.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace carecloud {

class Store;
class Inbox;

// What a step works on.
struct Actors {
    boost::asio::io_context& io;
    Store& store;
    Inbox& inbox;
};

struct Step {
    enum class Kind { call, reader_comes, reader_goes, restart };

    std::string name{};
    Kind kind = Kind::call;
    std::function<Result<>(const Actors&)> run{};
    // Carried out twice it leaves what it leaves once. Callers repeat such calls alone.
    bool repeatable = true;
};

const std::vector<Step>& script();

// The hour at which a step runs.
Timestamp time_of_step(std::size_t step);

struct Content {
    StoreContent store;
    InboxContent inbox;

    friend bool operator==(const Content&, const Content&) = default;
};

// What a store holds after the first `steps` steps, by the stores in memory.
const Content& content_after(std::size_t steps);

}  // namespace carecloud
