// Lines of the log on their way to a reader who may stop reading: a terminal that is held, a pipe whose program
// hangs, a journal that is overloaded. Writing waits for such a reader, so it is done by a thread of its own, and what
// does not fit into the queue is refused, not waited for.
//
//     LogQueue queue([](const LogLine& line) { write_to_stderr(line); });
//     if (!queue.push({.text = "…\n"})) ++lost;
//
// Safe on any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace carecloud {

struct LogLine {
    std::string text{};                  // with its line end; empty: the journal's
    std::vector<std::string> journal{};  // "NAME=value"

    std::size_t bytes() const;
};

class LogQueue {
  public:
    // Writes one line, for however long it takes. On the queue's thread; must not throw, and owns what it uses: where
    // its reader never reads again, it outlives the queue.
    using Sink = std::function<void(const LogLine&)>;

    // Waiting, beside what is being written.
    static constexpr std::size_t kBytesMax = std::size_t{256} * 1024;

    explicit LogQueue(Sink sink);
    // What is in the queue is written, if that takes no longer than a second.
    ~LogQueue();
    LogQueue(const LogQueue&) = delete;
    LogQueue& operator=(const LogQueue&) = delete;

    // False: there is no room. Never waits for the reader.
    bool push(LogLine line);
    // The last one, for which there is always room.
    void push_last(LogLine line);

  private:
    struct State;

    std::shared_ptr<State> state_;  // the thread's, too, which may outlive the queue
    std::thread thread_;
};

}  // namespace carecloud
