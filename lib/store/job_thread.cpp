#include "store/job_thread.hpp"

#include <utility>

namespace carecloud {

JobThread::JobThread(std::function<void()> when_quiet, std::chrono::milliseconds quiet_after)
    : when_quiet_(std::move(when_quiet)), quiet_after_(quiet_after), thread_([this] { loop(); }) {}

JobThread::~JobThread() {
    close();
}

void JobThread::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

Error JobThread::closed_error() {
    return {
        .code = ErrorCode::canceled, .operation = "use store", .subject = "the store is closed", .hint = ""};
}

void JobThread::push(std::unique_ptr<Job> job) {
    {
        const std::lock_guard lock(mutex_);
        if (!closing_) {
            jobs_.push_back(std::move(job));
            changed_.notify_one();
            return;
        }
    }
    job->refuse();
}

// The next job; null once closed and empty.
std::unique_ptr<JobThread::Job> JobThread::next() {
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return closing_ || !jobs_.empty(); };
    if (!changed_.wait_for(lock, quiet_after_, ready)) {
        lock.unlock();
        when_quiet_();
        lock.lock();
        changed_.wait(lock, ready);
    }
    if (jobs_.empty()) return nullptr;
    std::unique_ptr<Job> job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
}

void JobThread::loop() {
    while (const std::unique_ptr<Job> job = next())
        job->work();
}

class EventGroup::WriteJob : public JobThread::Job {
  public:
    explicit WriteJob(EventGroup& group) : group_(group) {}

    void work() override { group_.write(); }
    void refuse() override { group_.refuse(); }

  private:
    EventGroup& group_;
};

Task<Result<bool>> EventGroup::receive(Event event, std::string received_at) {
    ArrivedEvent received{.event = std::move(event), .received_at = std::move(received_at)};
    return wait_for<bool>(
        [this, received = std::move(received)](std::unique_ptr<Waiter<bool>> waiter) mutable {
            add({.event = std::move(received), .waiter = std::move(waiter)});
        });
}

void EventGroup::add(Waiting waiting) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        first = waiting_.empty();
        waiting_.push_back(std::move(waiting));
    }
    if (first) thread_.push(std::make_unique<WriteJob>(*this));
}

std::vector<EventGroup::Waiting> EventGroup::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
}

void EventGroup::write() {
    std::vector<Waiting> group = take();
    std::vector<ArrivedEvent> events;
    events.reserve(group.size());
    for (Waiting& one : group)
        events.push_back(std::move(one.event));
    const Result<std::vector<bool>> fresh = write_(events);
    for (std::size_t i = 0; i < group.size(); ++i) {
        if (fresh) {
            group[i].waiter->finish(bool((*fresh)[i]));
        } else {
            group[i].waiter->finish(fresh.error());
        }
    }
}

void EventGroup::refuse() {
    for (const Waiting& one : take())
        one.waiter->finish(JobThread::closed_error());
}

}  // namespace carecloud
