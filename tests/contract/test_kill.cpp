// Promise 3 on real files: the process is killed at any time, and the store has exactly some whole number of commits,
// no fewer than were acknowledged.
#include "contract/backend.hpp"
#include "contract/random_batch.hpp"
#include "contract/read_sqlite.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/run_task.hpp"

#include <poll.h>
#include <random>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// In the child: commits one batch after the other without end, and writes a byte for each acknowledgement. Never
// returns.
[[noreturn]] void commit_until_killed(const std::string& path, std::uint64_t seed, std::uint64_t index,
                                      int answers) {
    boost::asio::io_context io;
    HandClock clock(io.get_executor());
    // A small log, so kills also occur during checkpoints.
    auto store = SqliteStore::open({.path = path, .checkpoint_bytes = 1U << 20U}, clock);
    if (!store) ::_exit(3);
    for (;; ++index) {
        clock.set(test_time(static_cast<std::int64_t>(index)));
        const auto summary = run_task(io, (*store)->commit(random_batch(seed, index)));
        if (!summary || ::write(answers, "c", 1) != 1) ::_exit(4);
    }
}

// Kills the child some microseconds after its n-th acknowledgement. Returns the number of acknowledgements.
std::uint64_t kill_child(pid_t child, int answers, std::uint64_t n, std::int64_t after_us) {
    char byte = 0;
    std::uint64_t seen = 0;
    while (seen < n && ::read(answers, &byte, 1) == 1)
        ++seen;
    const timespec span{.tv_sec = 0, .tv_nsec = after_us * 1000};
    pollfd none{.fd = -1, .events = 0, .revents = 0};
    ::ppoll(&none, 1, &span, nullptr);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    while (::read(answers, &byte, 1) == 1)
        ++seen;
    return seen;
}

}  // namespace

TEST_CASE("after kill -9 at any instant the store holds whole commits and continues") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 draw(seed);
    TempDir directory;
    const std::string path = directory.file("store.db");
    MemoryBackend expected;
    std::uint64_t next = 0;  // the first batch that is not in the store
    for (int round = 0; round < 10; ++round) {
        CAPTURE(round, next);
        int pipe_ends[2];
        REQUIRE(::pipe(pipe_ends) == 0);
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) commit_until_killed(path, seed, next, pipe_ends[1]);
        ::close(pipe_ends[1]);
        const std::uint64_t answered =
            kill_child(child, pipe_ends[0], draw() % 30, static_cast<std::int64_t>(draw() % 4000));
        ::close(pipe_ends[0]);

        boost::asio::io_context io;
        HandClock clock(io.get_executor());
        const auto opened = SqliteStore::open({.path = path}, clock);  // recovers automatically
        if (!opened) FAIL(opened.error().message());
        const StoreContent content = read_sqlite(path);
        std::uint64_t end = next;
        for (const auto& [name, state] : content.streams)
            end = std::max(end, index_of(state) + 1);
        REQUIRE(end >= next + answered);
        REQUIRE(end <= next + answered + 1);  // the unacknowledged one
        for (; next < end; ++next) {
            expected.clock().set(test_time(static_cast<std::int64_t>(next)));
            expected.commit(random_batch(seed, next));
        }
        REQUIRE((content == expected.content()));
        REQUIRE(check_changes(content).empty());
    }
    CHECK(next > 0);
}
