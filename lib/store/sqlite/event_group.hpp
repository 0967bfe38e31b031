// Group commit of events: those that come while the store's thread is busy share the next transaction, and none waits
// for a timer. One that comes alone is written alone, at once.
//
// receive() is called from the I/O thread.
#pragma once

#include "model/event.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/job_thread.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace carecloud {

class EventGroup {
  public:
    // Both outlive the group.
    EventGroup(JobThread& thread, Database& database) : thread_(thread), database_(database) {}

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
    Database& database_;
    std::mutex mutex_;
    std::vector<Waiting> waiting_;  // guarded by mutex_; a job for them is on its way unless empty
};

}  // namespace carecloud
