#include "runtime/log_queue.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kDrainWithin{1};

}  // namespace

std::size_t LogLine::bytes() const {
    std::size_t all = text.size();
    for (const std::string& entry : journal)
        all += entry.size();
    return all;
}

struct LogQueue::State {
    explicit State(Sink write) : sink(std::move(write)) {}

    void write_all() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [this] { return closed || !waiting.empty(); });
            if (waiting.empty()) break;
            std::deque<LogLine> lines = std::exchange(waiting, {});
            waiting_bytes = 0;
            lock.unlock();
            for (const LogLine& line : lines)
                sink(line);
            lock.lock();
        }
        ended = true;
        changed.notify_all();
    }

    const Sink sink;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<LogLine> waiting;
    std::size_t waiting_bytes = 0;
    bool closed = false;
    bool ended = false;
};

LogQueue::LogQueue(Sink sink)
    : state_(std::make_shared<State>(std::move(sink))), thread_([state = state_] { state->write_all(); }) {}

LogQueue::~LogQueue() {
    std::unique_lock lock(state_->mutex);
    state_->closed = true;
    state_->changed.notify_all();
    const bool ended = state_->changed.wait_for(lock, kDrainWithin, [this] { return state_->ended; });
    lock.unlock();
    if (ended)
        thread_.join();
    else
        thread_.detach();
}

bool LogQueue::push(LogLine line) {
    const std::size_t bytes = line.bytes();
    const std::scoped_lock lock(state_->mutex);
    if (state_->waiting_bytes + bytes > kBytesMax) return false;
    state_->waiting_bytes += bytes;
    state_->waiting.push_back(std::move(line));
    state_->changed.notify_all();
    return true;
}

void LogQueue::push_last(LogLine line) {
    const std::scoped_lock lock(state_->mutex);
    state_->waiting.push_back(std::move(line));
    state_->changed.notify_all();
}

}  // namespace carecloud
