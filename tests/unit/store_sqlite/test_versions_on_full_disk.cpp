// A correction whose former version does not fit on the disk is refused as a whole, and accepted once there is space.
#include "store/sqlite/connection.hpp"
#include "support/fault_disk/fault_disk.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr int kRecords = 60;

PagePtr page_of_round(int round) {
    std::vector<TestRecord> records;
    for (int i = 0; i < kRecords; ++i) {
        // The replaced text has nothing in common with the new one, so the versions take as much space as the records.
        std::string text;
        for (std::uint64_t state = static_cast<std::uint64_t>(1000 * round + i); text.size() < 3000;) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            text += static_cast<char>('a' + (state >> 59U) % 26);
        }
        records.push_back({.id = "r" + std::to_string(i),
                           .modified = "2024-01-0" + std::to_string(round) + "T00:00:00Z",
                           .body = R"({"text":")" + text + "\"}"});
    }
    return make_page(records);
}

std::string counts(const SqliteSettings& settings) {
    Connection db(settings.path, FaultDisk::kName);
    return db.text(
        "SELECT (SELECT count(*) FROM changes) || ' ' || (SELECT count(*) FROM versions) || ' ' ||"
        " (SELECT count(*) FROM corrections) || ' ' || (SELECT versions FROM version_totals) || ' ' ||"
        " (SELECT (SELECT ifnull(sum(length(body)), 0) FROM versions) = bytes FROM version_totals) || ' ' ||"
        " (SELECT count(*) FROM records WHERE modified LIKE '2024-01-01%')");
}

}  // namespace

TEST_CASE("a full disk while versions are written refuses their page as a whole, and nothing is lost") {
    int refused = 0;
    bool taken = false;
    for (std::uint64_t room = 0; !taken; room += 16'384) {
        CAPTURE(room);
        FaultDisk disk(1);
        StoreFixture fixture;
        SqliteSettings settings = fixture.settings();
        settings.vfs = FaultDisk::kName;
        fixture.open(settings);
        REQUIRE(fixture.commit(page_of_round(1)).has_value());
        const std::string before = counts(settings);
        CHECK(before == "60 0 0 0 1 60");

        disk.limit(disk.bytes() + room);
        const auto done = fixture.commit(page_of_round(2));
        taken = done.has_value();
        if (!taken) {
            ++refused;
            CHECK(done.error().code == ErrorCode::store_full);
            CHECK(counts(settings) == before);
            disk.limit(0);
            const auto again = fixture.commit(page_of_round(2));
            REQUIRE(again.has_value());
            CHECK(again->updated == kRecords);
        }
        CHECK(counts(settings) == "120 60 60 60 1 0");
        fixture.close();
    }
    CHECK(refused > 5);
}
