// Runs a coroutine to completion on an io_context, along with everything else that is ready.
//
//     Result<CommitSummary> summary = run_task(io, store.commit(batch));
#pragma once

#include "base/clock.hpp"

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace carecloud {

template <class T>
T run_task(boost::asio::io_context& io, Task<T> task) {
    std::optional<T> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown, T value) {
        failure = thrown;
        result = std::move(value);
    });
    io.restart();
    io.run();
    if (failure) std::rethrow_exception(failure);
    if (!result) throw std::runtime_error("the coroutine never ended");
    return std::move(*result);
}

}  // namespace carecloud
