// A thread of a store. It runs jobs in the order of submission; the result of each job resumes the coroutine that
// awaits it, on that coroutine's own executor.
//
//     return thread_.run<std::uint64_t>([this] { return count_somewhere(); });   // Task<Result<std::uint64_t>>
//
// run() is called from the I/O thread. A submitted job runs regardless of its waiter: a canceled coroutine still
// resumes with the job's result. The executor must outlive the JobThread.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/event.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

// A coroutine on the I/O thread that waits for a result from another thread.
//
//     return wait_for<bool>([this](std::unique_ptr<Waiter<bool>> waiter) { hand_over(std::move(waiter)); });
//     …
//     waiter->finish(true);     // on any thread, once: the coroutine resumes on its own executor
//
// A canceled coroutine still resumes with the result. The executor must outlive the waiter.
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
    // Keeps the io_context from running out of work during a job.
    boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> guard_;
};

// Calls `start` immediately, with the waiter that it must finish.
template <class T, class Start>
Task<Result<T>> wait_for(Start start) {
    auto initiate = [](auto handler, Start begin) {
        using Handler = decltype(handler);
        begin(std::make_unique<HandlerWaiter<T, Handler>>(std::move(handler)));
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<T>)>(
        std::move(initiate), boost::asio::use_awaitable, std::move(start));
}

class JobThread {
  public:
    // `when_quiet` runs on the thread once no job was submitted for `quiet_after` since the last one. It must not
    // throw.
    JobThread(std::function<void()> when_quiet, std::chrono::milliseconds quiet_after);
    ~JobThread();
    JobThread(const JobThread&) = delete;
    JobThread& operator=(const JobThread&) = delete;

    // Errors: what `work` returns; canceled after close(). `work` is a Result<T>() and must not throw.
    template <class T, class Work>
    Task<Result<T>> run(Work work) {
        return wait_for<T>([this, begun = std::move(work)](std::unique_ptr<Waiter<T>> waiter) mutable {
            push(std::make_unique<WaitedJob<T, Work>>(std::move(waiter), std::move(begun)));
        });
    }

    class Job {
      public:
        Job() = default;
        Job(const Job&) = delete;
        Job& operator=(const Job&) = delete;
        virtual ~Job() = default;

        // Called on the store's thread. Must not throw.
        virtual void work() = 0;
        // Called instead of work() after close(), on the caller's thread.
        virtual void refuse() = 0;
    };

    // Called from the I/O thread.
    void push(std::unique_ptr<Job> job);

    // The result of calls after close().
    static Error closed_error();

    // Completes the submitted jobs, then ends the thread. Blocks; may be called again.
    void close();

  private:
    template <class T, class Work>
    class WaitedJob;

    std::unique_ptr<Job> next();
    void loop();

    std::function<void()> when_quiet_;
    std::chrono::milliseconds quiet_after_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<Job>> jobs_;  // guarded by mutex_
    bool closing_ = false;                   // guarded by mutex_
    std::thread thread_;                     // last: it uses all of the above
};

template <class T, class Work>
class JobThread::WaitedJob : public JobThread::Job {
  public:
    WaitedJob(std::unique_ptr<Waiter<T>> waiter, Work begun)
        : waiter_(std::move(waiter)), work_(std::move(begun)) {}

    void work() override { waiter_->finish(work_()); }
    void refuse() override { waiter_->finish(closed_error()); }

  private:
    std::unique_ptr<Waiter<T>> waiter_;
    Work work_;
};

struct ArrivedEvent {
    Event event;
    std::string received_at;
};

// Group commit of events: events that arrive while the store's thread is busy share the next transaction. None waits
// for a timer: a single event is written immediately.
//
// receive() is called from the I/O thread.
class EventGroup {
  public:
    // Writes the events in one transaction, and returns for each whether it is new. Runs on the store's thread; must
    // not throw.
    using Write = std::function<Result<std::vector<bool>>(const std::vector<ArrivedEvent>& events)>;

    // `thread` must outlive the group.
    EventGroup(JobThread& thread, Write write) : thread_(thread), write_(std::move(write)) {}

    // See Inbox::receive.
    Task<Result<bool>> receive(Event event, std::string received_at);

  private:
    class WriteJob;
    struct Waiting {
        ArrivedEvent event;
        std::unique_ptr<Waiter<bool>> waiter;
    };

    void add(Waiting waiting);
    std::vector<Waiting> take();
    void write();
    void refuse();

    JobThread& thread_;
    Write write_;
    std::mutex mutex_;
    std::vector<Waiting> waiting_;  // guarded by mutex_; unless empty, a job that writes them is queued
};

}  // namespace carecloud
