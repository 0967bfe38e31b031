#include "store/event_group.hpp"

#include <utility>

namespace carecloud {

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
