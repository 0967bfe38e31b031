// The history of a store in few steps, each committed separately: a first load, increments, events, quarantine, quota,
// a reader that begins and ends, and a restart. Also the expected content of a store after each step.
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

// The objects that a step uses.
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
    // Running it twice has the same effect as running it once. Callers repeat only such calls.
    bool repeatable = true;
};

const std::vector<Step>& script();

// The time at which a step runs.
Timestamp time_of_step(std::size_t step);

struct Content {
    StoreContent store;
    InboxContent inbox;

    friend bool operator==(const Content&, const Content&) = default;
};

// The content of a store after the first `steps` steps, according to the in-memory stores.
const Content& content_after(std::size_t steps);

}  // namespace carecloud
