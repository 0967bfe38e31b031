// The store's one thread: it runs jobs in the order they were handed in, and each job's result resumes the
// coroutine that awaits it on that coroutine's own executor.
//
//     return thread_.run<std::uint64_t>([this] { return count_somewhere(); });   //
//     Task<Result<std::uint64_t>>
//
// run() is called from the I/O thread. A job that was handed in is carried out whatever becomes of its
// waiter: a cancelled coroutine still resumes by the job's result. The executor must outlive the JobThread.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

class JobThread {
  public:
    // `when_quiet` runs on the thread once no job came for `quiet_after` since the last one. It must not
    // throw.
    JobThread(std::function<void()> when_quiet, std::chrono::milliseconds quiet_after);
    ~JobThread();
    JobThread(const JobThread&) = delete;
    JobThread& operator=(const JobThread&) = delete;

    // Errors: what `work` returns; cancelled after close(). `work` is a Result<T>() and must not throw.
    template <class T, class Work>
    Task<Result<T>> run(Work work) {
        auto start = [this](auto handler, Work begun) {
            using Begun = Job<T, Work, decltype(handler)>;
            push(std::make_unique<Begun>(std::move(handler), std::move(begun)));
        };
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
            std::move(start), boost::asio::use_awaitable, std::move(work));
    }

    // Carries out what was handed in, then ends the thread. Blocks; may be called again.
    void close();

  private:
    class AnyJob {
      public:
        virtual ~AnyJob() = default;
        virtual void work() = 0;
        virtual void refuse() = 0;
    };

    template <class T, class Work, class Handler>
    class Job;

    static Error closed_error();
    void push(std::unique_ptr<AnyJob> job);
    std::unique_ptr<AnyJob> next();
    void loop();

    std::function<void()> when_quiet_;
    std::chrono::milliseconds quiet_after_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<AnyJob>> jobs_;  // guarded by mutex_
    bool closing_ = false;                      // guarded by mutex_
    std::thread thread_;                        // last: it uses all of the above
};

template <class T, class Work, class Handler>
class JobThread::Job : public AnyJob {
  public:
    Job(Handler handler, Work work)
        : handler_(std::move(handler)),
          work_(std::move(work)),
          guard_(boost::asio::make_work_guard(boost::asio::get_associated_executor(handler_))) {}

    void work() override { finish(work_()); }
    void refuse() override { finish(closed_error()); }

  private:
    void finish(Result<T> result) {
        auto resume = [handler = std::move(handler_), result = std::move(result)]() mutable {
            std::move(handler)(std::move(result));
        };
        boost::asio::post(guard_.get_executor(), std::move(resume));
    }

    Handler handler_;
    Work work_;
    // The io_context must not run out of work while this one is under way.
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> guard_;
};

}  // namespace carecloud
