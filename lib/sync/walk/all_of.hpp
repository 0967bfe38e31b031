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

// Runs all of them until each has ended; canceled, it cancels each of them. Throws the worst of their exceptions, a
// fault before a cancellation. One that throws does not end the others.
Task<> all_of(boost::asio::any_io_executor executor, std::vector<Task<>> tasks);
// The same, but the first exception cancels the others.
Task<> all_or_none(boost::asio::any_io_executor executor, std::vector<Task<>> tasks);

// The same for coroutines with a result: the first error in their order, when all have ended.
Task<Result<>> all_results(boost::asio::any_io_executor executor, std::vector<Task<Result<>>> tasks);

// work(0) to work(count - 1), begun in this order, `lanes.most()` at once; the first error is returned when those under
// way have ended, and no further one is begun. The pages of `work` occupy lanes, not the work itself.
Task<Result<>> in_lanes(Clock& clock, Lanes& lanes, std::size_t count,
                        std::function<Task<Result<>>(std::size_t)> work);

}  // namespace carecloud
