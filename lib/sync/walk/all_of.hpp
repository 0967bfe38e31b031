// Coroutines that run concurrently on the I/O thread.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sync/limits/lanes.hpp"

#include <cstddef>
#include <functional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace carecloud {

// Runs all of them until each has ended; if canceled, cancels each. Throws the worst of their exceptions: a fault takes
// precedence over a cancellation. An exception does not end the others.
Task<> all_of(boost::asio::any_io_executor executor, std::vector<Task<>> tasks);
// The same, but the first exception cancels the others.
Task<> all_or_none(boost::asio::any_io_executor executor, std::vector<Task<>> tasks);

// all_or_none() for coroutines with a result. Returns the first error in their order, when all have ended.
Task<Result<>> all_results(boost::asio::any_io_executor executor, std::vector<Task<Result<>>> tasks);

// Runs work(0) to work(count - 1), started in this order, `lanes.most()` at once. After an error no more are started;
// it is returned when those in progress have ended. The pages of `work` occupy lanes, not the work itself.
Task<Result<>> in_lanes(Clock& clock, Lanes& lanes, std::size_t count,
                        std::function<Task<Result<>>(std::size_t)> work);

}  // namespace carecloud
