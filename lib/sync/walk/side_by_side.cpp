#include "sync/walk/side_by_side.hpp"

#include "base/cancellation.hpp"

#include <exception>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

// What is awaited need not have a default, but co_spawn() wants one.
template <class T>
Task<std::optional<T>> optional_of(Task<T> task) {
    co_return co_await std::move(task);
}

}  // namespace

// Asio's operator && would throw the first exception alone where both have thrown: a fault in one half would pass for
// the cancellation of the other.
Task<std::pair<Result<Fetched>, Result<std::size_t>>> side_by_side(Task<Result<Fetched>> fetching,
                                                                   Task<Result<std::size_t>> storing) {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto group = asio::experimental::make_parallel_group(
        asio::co_spawn(executor, optional_of(std::move(fetching)), asio::deferred),
        asio::co_spawn(executor, optional_of(std::move(storing)), asio::deferred));
    auto [order, thrown_by_one, fetched, thrown_by_other, stored] =
        co_await group.async_wait(asio::experimental::wait_for_one_error(), asio::use_awaitable);
    if (const auto thrown = worse_of(thrown_by_one, thrown_by_other)) std::rethrow_exception(thrown);
    co_return std::pair(std::move(*fetched), std::move(*stored));
}

}  // namespace carecloud
