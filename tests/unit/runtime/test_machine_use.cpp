// The service's use of resources, compared with the kernel's values for this process.
#include "runtime/machine_use.hpp"
#include "support/real_now.hpp"

#include <fstream>
#include <sys/resource.h>

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("the process is measured as the kernel sees it") {
    const auto before = process_use();
    REQUIRE(before);
    CHECK(before->resident_bytes > 1'000'000);
    CHECK(before->virtual_bytes > before->resident_bytes);
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(before->max_fds == limit.rlim_cur);
    const double now = static_cast<double>(real_now().ticks) / Timestamp::ticks_per_second;
    CHECK(before->start_seconds < now + 1);
    CHECK(before->start_seconds > now - 86'400);
    CHECK(before->cpu_seconds >= 0);
    const std::ifstream one_more("/proc/self/stat");
    CHECK(process_use()->open_fds == before->open_fds + 1);
}
