// A coroutine on the I/O thread that waits for what the store's thread finds out.
//
//     return wait_for<bool>([this](std::unique_ptr<Waiter<bool>> waiter) { hand_over(std::move(waiter)); });
//     …
//     waiter->finish(true);     // on any thread, once: the coroutine resumes on its own executor
//
// A canceled coroutine still resumes by what it waits for. The executor must outlive the waiter.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <memory>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

template <class T>
class Waiter {
  public:
    Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter() = default;

    virtual void finish(Result<T> result) = 0;
};

template <class T, class Handler>
class HandlerWaiter : public Waiter<T> {
  public:
    explicit HandlerWaiter(Handler handler)
        : handler_(std::move(handler)),
          guard_(boost::asio::make_work_guard(boost::asio::get_associated_executor(handler_))) {}

    void finish(Result<T> result) override {
        auto resume = [handler = std::move(handler_), result = std::move(result)]() mutable {
            std::move(handler)(std::move(result));
        };
        boost::asio::post(guard_.get_executor(), std::move(resume));
    }

  private:
    Handler handler_;
    // The io_context must not run out of work while this one is under way.
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> guard_;
};

// `start` is called at once, with the waiter that it is to finish.
template <class T, class Start>
Task<Result<T>> wait_for(Start start) {
    auto initiate = [](auto handler, Start begin) {
        using Handler = decltype(handler);
        begin(std::make_unique<HandlerWaiter<T, Handler>>(std::move(handler)));
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
        std::move(initiate), boost::asio::use_awaitable, std::move(start));
}

}  // namespace carecloud
