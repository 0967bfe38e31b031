#include "sync/walk/all_of.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

// Asio's operator && throws only the first exception if several throw: an error would look like the cancellation that
// it has caused elsewhere.
template <class Condition>
Task<> run_group(asio::any_io_executor executor, std::vector<Task<>> tasks, Condition condition) {
    if (tasks.empty()) co_return;
    using Operation = decltype(asio::co_spawn(executor, std::declval<Task<>>(), asio::deferred));
    std::vector<Operation> operations;
    operations.reserve(tasks.size());
    for (Task<>& task : tasks)
        operations.push_back(asio::co_spawn(executor, std::move(task), asio::deferred));
    auto group = asio::experimental::make_parallel_group(std::move(operations));
    auto [order, exceptions] = co_await group.async_wait(condition, asio::use_awaitable);
    std::exception_ptr worst;
    for (const std::exception_ptr& exception : exceptions)
        worst = worse_of(worst, exception);
    if (worst) std::rethrow_exception(worst);
}

Task<> keep_result(Task<Result<>> task, Result<>& result) {
    result = co_await std::move(task);
}

// What the coroutines of in_lanes() share.
struct Shared {
    std::function<Task<Result<>>(std::size_t)> work;
    std::size_t count;
    std::size_t next = 0;
    std::optional<Error> error{};
};

Task<> work_on(Shared& shared) {
    while (!shared.error && shared.next < shared.count) {
        auto working = shared.work(shared.next++);
        const Result<> done = co_await std::move(working);
        if (!done && !shared.error) shared.error = done.error();
    }
}

}  // namespace

Task<> all_of(asio::any_io_executor executor, std::vector<Task<>> tasks) {
    return run_group(std::move(executor), std::move(tasks), asio::experimental::wait_for_all());
}

Task<> all_or_none(asio::any_io_executor executor, std::vector<Task<>> tasks) {
    return run_group(std::move(executor), std::move(tasks), asio::experimental::wait_for_one_error());
}

Task<Result<>> all_results(asio::any_io_executor executor, std::vector<Task<Result<>>> tasks) {
    std::vector<Result<>> results(tasks.size());
    std::vector<Task<>> keeping;
    keeping.reserve(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i)
        keeping.push_back(keep_result(std::move(tasks[i]), results[i]));
    auto running = all_or_none(std::move(executor), std::move(keeping));
    co_await std::move(running);
    for (const Result<>& result : results) {
        if (!result) co_return result.error();
    }
    co_return Result<>{};
}

Task<Result<>> in_lanes(Clock& clock, Lanes& lanes, std::size_t count,
                        std::function<Task<Result<>>(std::size_t)> work) {
    Shared shared{.work = std::move(work), .count = count};
    std::vector<Task<>> tasks;
    for (std::size_t i = 0; i < std::min(lanes.most(), count); ++i)
        tasks.push_back(work_on(shared));
    auto running = all_or_none(clock.executor(), std::move(tasks));
    co_await std::move(running);
    if (shared.error) co_return *shared.error;
    co_return Result<>{};
}

}  // namespace carecloud
