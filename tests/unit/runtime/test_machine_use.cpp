// What the service uses of the machine, held against what the kernel says of this process.
#include "runtime/machine_use.hpp"
#include "support/temp_dir.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("the disk of a file is that of its folder, and one that is not there is not known") {
    const TempDir dir;
    const auto use = disk_use(dir.file("store.db"));
    REQUIRE(use);
    CHECK(dir.file("store.db") == use->folder + "/store.db");
    CHECK(use->size_bytes > 0);
    CHECK(use->free_bytes <= use->size_bytes);
    CHECK_FALSE(disk_use("/no/such/folder/store.db"));
}
