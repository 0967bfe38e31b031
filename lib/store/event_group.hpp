// Group commit of events: those that come while the store's thread is busy share the next transaction, and none waits
// for a timer. One that comes alone is written alone, at once.
//
// receive() is called from the I/O thread.
#pragma once

#include "model/event.hpp"
#include "store/job_thread.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace carecloud {

struct ArrivedEvent {
    Event event;
    std::string received_at;
};

class EventGroup {
  public:
    // In one transaction; for each event whether it is new. On the store's thread; must not throw.
    using Write = std::function<Result<std::vector<bool>>(const std::vector<ArrivedEvent>& events)>;

    // `thread` outlives the group.
    EventGroup(JobThread& thread, Write write) : thread_(thread), write_(std::move(write)) {}

    // As Inbox::receive.
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
    std::vector<Waiting> waiting_;  // guarded by mutex_; a job for them is on its way unless empty
};

}  // namespace carecloud
