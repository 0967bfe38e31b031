#include "store/job_thread.hpp"

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

}  // namespace carecloud
