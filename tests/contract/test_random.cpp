// Given the same random batches, both stores have the same content.
#include "contract/backend.hpp"
#include "contract/random_batch.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("two stores agree on any sequence of batches") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    // A first load ends in each possible way: by the end of the walks, by its limit, by keys that collide.
    const FirstLoad first_load = GENERATE(FirstLoad{}, FirstLoad{.records_max = 150},
                                          FirstLoad{.key_mask = 0xffff}, FirstLoad{.key_mask = 0xff});
    CAPTURE(first_load.records_max, first_load.key_mask);
    SqliteBackend sqlite(first_load);
    MemoryBackend memory;
    for (std::uint64_t index = 0; index < 200; ++index) {
        CAPTURE(index);
        sqlite.clock().set(test_time(static_cast<std::int64_t>(index)));
        memory.clock().set(test_time(static_cast<std::int64_t>(index)));
        Batch batch = random_batch(seed, index, true);
        batch.walk_ended = index > 30;
        const CommitSummary in_sqlite = sqlite.commit(batch);
        const CommitSummary in_memory = memory.commit(batch);
        REQUIRE(in_sqlite.changes() == in_memory.changes());
        REQUIRE(in_sqlite.unchanged == in_memory.unchanged);
        REQUIRE(in_sqlite.doubted == in_memory.doubted);
        REQUIRE(in_sqlite.undoubted == in_memory.undoubted);
        REQUIRE(in_sqlite.reversed == in_memory.reversed);
        REQUIRE(in_sqlite.unsteady == in_memory.unsteady);
        REQUIRE(in_sqlite.quarantined == in_memory.quarantined);
        REQUIRE(in_sqlite.last_seq == in_memory.last_seq);
        REQUIRE(in_sqlite.written == in_memory.written);
        if (index % 50 == 49) {
            // Both forget which response brought a version.
            sqlite.reopen();
            memory.reopen();
        }
    }
    const StoreContent content = sqlite.content();
    CHECK((content == memory.content()));
    CHECK(check_changes(content).empty());
    CHECK(content.changes.size() > content.records.size());
    CHECK_FALSE(content.quarantine.empty());
    CHECK_FALSE(content.doubted.empty());
}
