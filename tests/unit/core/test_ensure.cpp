#include "core/ensure.hpp"

#include <array>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("a promise that holds costs nothing, a broken one ends the process with 70 and is named") {
    ensure(true, "the sum is right");
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ensure(false, "the sum is right");
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    std::array<char, 256> piece{};
    for (ssize_t size = 0; (size = ::read(ends[0], piece.data(), piece.size())) > 0;)
        said.append(piece.data(), static_cast<std::size_t>(size));
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 70);
    CHECK(said.find("a broken promise: the sum is right") != std::string::npos);
    CHECK(said.find("test_ensure.cpp:") != std::string::npos);
}
