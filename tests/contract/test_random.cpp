// Given the same random batches, all stores have the same content.
#include "contract/backend.hpp"
#include "contract/random_batch.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

void check_same(const CommitSummary& one, const CommitSummary& other) {
    REQUIRE(one.changes() == other.changes());
    REQUIRE(one.unchanged == other.unchanged);
    REQUIRE(one.doubted == other.doubted);
    REQUIRE(one.undoubted == other.undoubted);
    REQUIRE(one.reversed == other.reversed);
    REQUIRE(one.unsteady == other.unsteady);
    REQUIRE(one.quarantined == other.quarantined);
    REQUIRE(one.released == other.released);
    REQUIRE(one.last_seq == other.last_seq);
    REQUIRE(one.written == other.written);
}

}  // namespace

TEST_CASE("SQLite and memory agree on any sequence of batches") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    // A first load ends in each possible way: by the end of the first pass, by its limit, by keys that collide.
    const FirstLoad first_load = GENERATE(FirstLoad{}, FirstLoad{.records_max = 150},
                                          FirstLoad{.key_mask = 0xffff}, FirstLoad{.key_mask = 0xff});
    CAPTURE(first_load.records_max, first_load.key_mask);
    SqliteBackend sqlite(first_load);
    MemoryBackend memory;
    for (std::uint64_t index = 0; index < 200; ++index) {
        CAPTURE(index);
        sqlite.clock().set(test_time(static_cast<std::int64_t>(index)));
        memory.clock().set(test_time(static_cast<std::int64_t>(index)));
        const Batch batch = random_batch(seed, index, true);
        check_same(sqlite.commit(batch), memory.commit(batch));
        if (index == 30) {
            sqlite.note_first_pass(batch.stream);
            memory.note_first_pass(batch.stream);
        }
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

TEST_CASE("PostgreSQL and memory agree on any sequence of batches") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    PostgresBackend postgres;
    MemoryBackend memory;
    for (std::uint64_t index = 0; index < 300; ++index) {
        CAPTURE(index);
        postgres.clock().set(test_time(static_cast<std::int64_t>(index)));
        memory.clock().set(test_time(static_cast<std::int64_t>(index)));
        const Batch batch = random_batch(seed, index, true);
        check_same(postgres.commit(batch), memory.commit(batch));
        if (index % 50 == 49) {
            postgres.reopen();
            memory.reopen();
        }
    }
    const StoreContent content = postgres.content();
    CHECK((content == memory.content()));
    CHECK(check_changes(content).empty());
    CHECK_FALSE(content.quarantine.empty());
    CHECK_FALSE(content.doubted.empty());
}
