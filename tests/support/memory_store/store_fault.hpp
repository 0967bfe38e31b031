// Makes calls of the in-memory stores fail on demand, and defines when they take effect. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

struct StoreFault {
    Error error;
    bool took_effect = false;  // the call was executed, but its result was lost
};

// Called once per call, after its suspension. `operation`: the method's name, such as "commit".
using StoreFaultHook = std::function<std::optional<StoreFault>(std::string_view operation)>;

// Suspends once, by a post to its executor, and then takes effect immediately. `hook` must outlive the call; it may be
// empty.
template <class T, class Work>
Task<Result<T>> run_with_faults(const StoreFaultHook& hook, std::string operation, Work work) {
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
    std::optional<StoreFault> fault;
    if (hook) fault = hook(operation);
    if (fault && !fault->took_effect) co_return fault->error;
    Result<T> result = work();
    if (fault) co_return fault->error;
    co_return result;
}

}  // namespace carecloud
