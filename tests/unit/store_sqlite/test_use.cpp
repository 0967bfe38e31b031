// A store's use of the disk, compared with its files and with the kernel's values for their filesystem.
#include "store/sqlite/open.hpp"
#include "support/temp_dir.hpp"

#include <fstream>
#include <sys/statvfs.h>

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE(
    "the disk of a store is that of its directory, and that of a missing one is unknown; "
    "blocks reserved for root do not count") {
    const TempDir dir;
    const auto disk = store_use(dir.file("store.db")).disk;
    REQUIRE(disk);
    CHECK(dir.file("store.db") == disk->folder + "/store.db");
    CHECK(disk->size_bytes > 0);
    CHECK(disk->free_bytes <= disk->size_bytes);
    struct statvfs filesystem {};
    REQUIRE(::statvfs(dir.path().c_str(), &filesystem) == 0);
    // Other programs write, too.
    const auto reserved = static_cast<double>(filesystem.f_bfree - filesystem.f_bavail);
    const double blocks = static_cast<double>(filesystem.f_blocks) - reserved;
    CHECK(static_cast<double>(disk->size_bytes) ==
          Approx(blocks * static_cast<double>(filesystem.f_frsize)).epsilon(0.01));
    CHECK_FALSE(store_use("/no/such/folder/store.db").disk);
}

TEST_CASE("the store's size is that of its files, including its log") {
    const TempDir dir;
    CHECK_FALSE(store_use(dir.file("store.db")).bytes);
    std::ofstream(dir.file("store.db")) << "1234";
    std::ofstream(dir.file("store.db-wal")) << "56";
    CHECK(store_use(dir.file("store.db")).bytes == 6);
}
