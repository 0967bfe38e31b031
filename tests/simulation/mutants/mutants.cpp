// Runs every mutation of mutations.toml through simulated worlds until one of them detects it, or through the unit test
// that it names. An undetected mutation is a gap in the tests, and fails this one.
//
//   mutants [NAME...]       all of them except the open ones, or these
//   mutants --part 1/2      every second one, so two processes can share the work
//
// Each world and each unit test runs in a child process: a failed check, an exception, a violated ensure() (exit status
// 70), a crash and an endless loop all count as detections, and none of them ends the run.
#include "simulation/fault.hpp"
#include "simulation/mutants/mutation.hpp"
#include "simulation/world.hpp"
#include "support/run_tests.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <functional>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace carecloud {
namespace {

// Enough for the mutations without a hint, and few enough that an undetected one costs a minute.
constexpr std::uint64_t kWorldsMax = 40;
constexpr double kHours = 3;
// A world takes less than a second of CPU time and 100 MB. Some mutations loop until this limit ends them.
constexpr rlim_t kSecondsMax = 8;
constexpr rlim_t kMemoryMax = 2'000'000'000;
constexpr int kBroken = 1;

// A rare fault occurs only if the mutation's entry names it: without other faults, the checks are strictest.
WorldSettings settings_of(std::size_t mistake, std::uint64_t seed) {
    WorldSettings settings{.seed = seed, .hours = kHours};
    std::istringstream names{std::string(kMutations[mistake].always)};
    for (std::string name; std::getline(names, name, ',');) {
        const auto fault = fault_from(name);
        if (!fault) throw std::runtime_error("mutations.toml: \"" + name + "\" is not a known fault");
        settings.always.insert(*fault);
    }
    for (const Fault fault : all_faults()) {
        if (fault >= kFirstRareFault && !settings.always.contains(fault)) settings.without.insert(fault);
    }
    return settings;
}

// The broken promise; std::nullopt: all hold.
using Trial = std::function<std::optional<std::string>()>;

// Catch2 prints the failures on standard output; here the name of the test is sufficient.
std::optional<std::string> run_unit_test(const std::string& filter) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    if (nowhere < 0 || ::dup2(nowhere, STDOUT_FILENO) < 0) throw std::runtime_error("cannot open /dev/null");
    const char* const words[] = {"mutants", filter.c_str()};
    return run_tests(2, words) == 0 ? std::nullopt : std::optional<std::string>("fails");
}

// The child's part: reports on standard error, as ensure() does.
[[noreturn]] void run_in_child(const Trial& trial) {
    const rlimit seconds{kSecondsMax, kSecondsMax};
    const rlimit memory{kMemoryMax, kMemoryMax};
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CPU, &seconds);
    ::setrlimit(RLIMIT_AS, &memory);
    ::setrlimit(RLIMIT_CORE, &no_core);
    std::optional<std::string> broken;
    try {
        broken = trial();
    } catch (const std::exception& error) {
        broken = std::string("exception: ") + error.what();
    }
    if (broken) std::cerr << *broken << std::flush;
    ::_exit(broken ? kBroken : 0);
}

std::string read_all(int file) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const ssize_t count = ::read(file, buffer.data(), buffer.size());
        if (count <= 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

std::string ending_of(int status) {
    if (WIFSIGNALED(status)) return "ended by signal " + std::to_string(WTERMSIG(status)) + " ";
    return WEXITSTATUS(status) == kBroken ? "" : "exit " + std::to_string(WEXITSTATUS(status)) + " ";
}

// Runs it in a child process.
std::optional<std::string> broken_in(const Trial& trial) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe() failed");
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork() failed");
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        run_in_child(trial);
    }
    ::close(ends[1]);
    std::string said = read_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid() failed");
    if (status == 0) return std::nullopt;
    if (said.ends_with('\n')) said.pop_back();
    return ending_of(status) + said;
}

// The result of a trial. A failure that also occurs without the mutation does not count.
std::optional<std::string> caught_by(std::size_t mistake, const Trial& trial) {
    switch_mutation(mistake);
    auto said = broken_in(trial);
    switch_mutation(kNoMutation);
    return said && !broken_in(trial) ? said : std::nullopt;
}

// What detected it; std::nullopt: the mutation survived. World 0 is the one that detected it before, if there is one.
std::optional<std::string> caught(std::size_t mistake) {
    const Mutation& mutation = kMutations[mistake];
    if (!mutation.test.empty()) {
        const std::string filter(mutation.test);
        const auto said = caught_by(mistake, [&] { return run_unit_test(filter); });
        return said ? std::optional("unit test: " + filter) : std::nullopt;
    }
    for (std::uint64_t number = mutation.world == 0 ? 1 : 0; number <= kWorldsMax; ++number) {
        const std::uint64_t seed = number == 0 ? mutation.world : number;
        const WorldSettings settings = settings_of(mistake, seed);
        const auto said = caught_by(mistake, [&] { return run_world(settings).broken; });
        if (said) return "world " + std::to_string(seed) + ": " + *said;
    }
    return std::nullopt;
}

using Wanted = std::function<bool(std::size_t number)>;

// From the arguments; std::nullopt: invalid.
std::optional<Wanted> wanted_by(const std::vector<std::string_view>& words) {
    if (words.empty() || words.front() != "--part") {
        return [words](std::size_t number) {
            return words.empty() ||
                   std::find(words.begin(), words.end(), kMutations[number].name) != words.end();
        };
    }
    std::size_t part = 0;
    std::size_t parts = 0;
    char slash = 0;
    std::istringstream text(words.size() == 2 ? std::string(words[1]) : std::string());
    if (!(text >> part >> slash >> parts) || slash != '/' || part == 0 || part > parts) return std::nullopt;
    return [part, parts](std::size_t number) { return number % parts == part - 1; };
}

// `named`: also the open ones.
int run(const Wanted& is_wanted, bool named) {
    std::size_t survivors = 0;
    std::size_t runs = 0;
    for (std::size_t number = 0; number < kMutations.size(); ++number) {
        const Mutation& mutation = kMutations[number];
        if (!is_wanted(number)) continue;
        if (!named && !mutation.open.empty()) {
            std::cout << "OPEN      " << mutation.name << ": " << mutation.open << std::endl;
            continue;
        }
        ++runs;
        const auto said = caught(number);
        survivors += !said;
        std::cout << (said ? "caught    " : "SURVIVED  ") << mutation.name << ": "
                  << said.value_or(std::string(mutation.says)) << std::endl;
    }
    std::cout << runs << " mutations, " << survivors << " survived\n";
    return runs == 0 || survivors > 0 ? 1 : 0;
}

}  // namespace
}  // namespace carecloud

int main(int argc, char** argv) {
    const auto wanted = carecloud::wanted_by({argv + 1, argv + argc});
    const bool named = argc > 1 && std::string_view(argv[1]) != "--part";
    if (wanted) return carecloud::run(*wanted, named);
    std::cerr << "mutants: write --part as --part 1/2, or name mutations\n";
    return 64;
}
