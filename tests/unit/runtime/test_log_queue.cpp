// A log whose reader stops reading.
#include "runtime/log.hpp"
#include "runtime/log_queue.hpp"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <future>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// A reader that reads nothing until the test says so.
struct StuckReader {
    std::promise<void> go;
    std::shared_future<void> gone = go.get_future().share();
    std::mutex mutex;
    std::vector<std::string> lines;

    static LogQueue::Sink sink(const std::shared_ptr<StuckReader>& reader) {
        return [reader](const LogLine& line) {
            reader->gone.wait();
            const std::scoped_lock lock(reader->mutex);
            reader->lines.push_back(line.text);
        };
    }
};

// stderr is a pipe of 4 KiB during its lifetime.
class PipedStderr {
  public:
    PipedStderr() : saved_(::dup(STDERR_FILENO)) {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reading_ = ends[0];
        REQUIRE(::fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 4096);
        REQUIRE(::dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
        ::close(ends[1]);
    }
    ~PipedStderr() {
        restore();
        ::close(reading_);
    }
    PipedStderr(const PipedStderr&) = delete;
    PipedStderr& operator=(const PipedStderr&) = delete;

    void restore() {
        if (saved_ < 0) return;
        ::dup2(saved_, STDERR_FILENO);
        ::close(saved_);
        saved_ = -1;
    }
    // Everything up to the end.
    std::string read_all() const {
        std::string text;
        std::array<char, 4096> bytes{};
        for (ssize_t count = 0; (count = ::read(reading_, bytes.data(), bytes.size())) > 0;)
            text.append(bytes.data(), static_cast<std::size_t>(count));
        return text;
    }

  private:
    int saved_;
    int reading_ = -1;
};

}  // namespace

TEST_CASE("a queue whose reader is stuck accepts lines up to its capacity, and loses none of them") {
    const auto reader = std::make_shared<StuckReader>();
    std::size_t taken = 0;
    {
        LogQueue queue(StuckReader::sink(reader));
        const std::string text(1000, 'x');
        while (queue.push({.text = std::to_string(taken) + text}))
            ++taken;
        CHECK(taken >= LogQueue::kBytesMax / 1010);
        CHECK(taken <= 2 * LogQueue::kBytesMax / 1000);  // the thread may have taken some before it blocked
        CHECK_FALSE(queue.push({.text = text}));
        CHECK_FALSE(queue.push({.journal = {"MESSAGE=" + text}}));
        reader->go.set_value();
    }
    REQUIRE(reader->lines.size() == taken);
    for (std::size_t i = 0; i < taken; ++i)
        CHECK(reader->lines[i].starts_with(std::to_string(i) + "x"));
}

TEST_CASE("a reader that never reads again delays the shutdown by at most a second") {
    const auto reader = std::make_shared<StuckReader>();
    auto queue = std::make_unique<LogQueue>(StuckReader::sink(reader));
    CHECK(queue->push({.text = "never read"}));
    auto ending = std::async(std::launch::async, [&] { queue.reset(); });
    CHECK(ending.wait_for(60s) == std::future_status::ready);
    reader->go.set_value();
}

TEST_CASE(
    "if stderr is not read, lines are dropped and counted, and the count is reported when reading resumes") {
    PipedStderr pipe;
    std::uint64_t written = 0;
    std::future<std::string> reading;
    {
        Log log({LogLevel::info, LogFormat::json});
        for (; written < 2000; ++written)
            log.write(LogLevel::info, std::string(500, 'x'));
        reading = std::async(std::launch::async, [&] { return pipe.read_all(); });
    }
    pipe.restore();  // ends the pipe, and with it read_all()
    std::uint64_t read = 0;
    std::uint64_t lost = 0;
    std::istringstream lines(reading.get());
    for (std::string text; std::getline(lines, text);) {
        const auto line = nlohmann::json::parse(text);
        if (line.at("message").get<std::string>().starts_with("log lines were lost")) {
            CHECK(line.at("level") == "warn");
            lost += line.at("count").get<std::uint64_t>();
        } else {
            ++read;
        }
    }
    CHECK(lost > 0);
    CHECK(read + lost == written);
}
