// The queue of log lines for a reader that may stop reading: a paused terminal, a pipe to a hung program, an overloaded
// journal. Writing may block on such a reader, so a dedicated thread does it, and lines that do not fit into the queue
// are refused without waiting.
//
//     LogQueue queue([](const LogLine& line) { write_to_stderr(line); });
//     if (!queue.push({.text = "…\n"})) ++lost;
//
// Thread-safe.
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
    std::string text{};                  // with its line end; empty: the line is for the journal
    std::vector<std::string> journal{};  // "NAME=value"

    std::size_t bytes() const;
};

class LogQueue {
  public:
    // Writes one line; may block. Called on the queue's thread; must not throw. It must own what it uses: if its reader
    // never reads again, it outlives the queue.
    using Sink = std::function<void(const LogLine&)>;

    // The size limit of waiting lines, not counting those being written.
    static constexpr std::size_t kBytesMax = std::size_t{256} * 1024;

    explicit LogQueue(Sink sink);
    // Waits at most a second for pending lines to be written.
    ~LogQueue();
    LogQueue(const LogQueue&) = delete;
    LogQueue& operator=(const LogQueue&) = delete;

    // Returns false if the queue is full. Never waits for the reader.
    bool push(LogLine line);
    // The last line; always accepted.
    void push_last(LogLine line);

  private:
    struct State;

    std::shared_ptr<State> state_;  // shared with the thread, which may outlive the queue
    std::thread thread_;
};

}  // namespace carecloud
