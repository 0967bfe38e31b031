#include "world.hpp"

#include <algorithm>

using namespace carecloud;
using namespace std::chrono_literals;

TEST_CASE("a first pass stores everything, including ties larger than a page (hazard 1)") {
    World world;
    world.put_many(1, 5'000, 2'500, kOld);
    const PassReport report = world.good_pass();
    CHECK(report.summary.created == 5'000);
    CHECK(report.dialect_proven);
    world.check_same();
    REQUIRE(report.state.cursor);
    CHECK(report.state.cursor->id == "000000000000000000005000");
    CHECK(report.state.safe->modified_text == report.state.cursor->modified_text);
}

TEST_CASE("an idle poll is one request with an empty response, and writes nothing") {
    World world;
    world.put_many(1, 3'000, 500, kOld);
    world.good_pass();
    const auto commits = world.content->commits;
    for (int poll = 0; poll < 3; ++poll) {
        const PassReport idle = world.good_pass();
        CHECK(idle.requests == 1);
        CHECK(world.portal.requests().at(0).records == 0);
        CHECK_FALSE(idle.summary.written);
    }
    CHECK(world.content->commits == commits);
}

TEST_CASE("one changed record costs one request and one commit") {
    World world;
    world.put_many(1, 3'000, 500, kOld);
    world.good_pass();
    world.good_pass();
    const auto commits = world.content->commits;
    world.put(17, world.clock.wall(), R"(,"status":"active")");
    const PassReport report = world.good_pass();
    CHECK(report.requests == 1);
    CHECK(report.summary.updated == 1);
    CHECK(world.content->commits == commits + 1);
    world.check_same();
}

TEST_CASE("within the overlap a large batch is walked only by keys, and after it not at all (hazard 3)") {
    World world;
    world.put_many(1, 2'000, 1'000, Timestamp{world.clock.wall().ticks - 60 * Timestamp::ticks_per_second});
    CHECK(world.good_pass().summary.created == 2'000);
    const auto commits = world.content->commits;
    const PassReport again = world.good_pass();
    CHECK(again.summary.changes() == 0);
    CHECK(world.content->commits == commits);
    for (const SeenRequest& request : world.portal.requests())
        CHECK(mentions(request, R"("Fields":["_id","modified"])"));
    CHECK(again.requests <= 3);

    world.clock.run_for(11min);
    world.good_pass();
    const PassReport idle = world.good_pass();
    CHECK(idle.requests == 1);
    CHECK(world.portal.requests().at(0).records == 0);
}

TEST_CASE(
    "a row that becomes visible after its `modified` was passed is found within the overlap (hazard 3)") {
    World world;
    const Timestamp now = world.clock.wall();
    world.put_many(1, 200, 50, Timestamp{now.ticks - 120 * Timestamp::ticks_per_second});
    world.good_pass();
    // Between rows held for long, in the middle of a tie, two minutes ago.
    const Timestamp back{now.ticks - 119 * Timestamp::ticks_per_second};
    world.put(9'000, back, R"(,"late":true)");
    world.put(0, back);
    const PassReport report = world.good_pass();
    CHECK(report.summary.created == 2);
    world.check_same();
    CHECK(std::any_of(world.portal.requests().begin(), world.portal.requests().end(),
                      [](const SeenRequest& request) { return mentions(request, "$in"); }));
}

TEST_CASE("a record with `modified` in the future is stored and does not move the cursor there (hazard 4)") {
    World world;
    world.put_many(1, 10, 1, kOld);
    world.put(100, at("2031-01-01T00:00:00Z"));
    const PassReport report = world.good_pass();
    CHECK(report.summary.created == 11);
    CHECK(report.state.cursor->modified < world.clock.wall());
    world.put(50, world.clock.wall());
    const PassReport next = world.good_pass();
    CHECK(next.summary.created == 1);
    CHECK(next.state.cursor->id == "000000000000000000000050");
    world.check_same();
}

TEST_CASE("a server that limits Take is walked to its end, and the limit is learned (hazard 7)") {
    World world({.take_cap = 100});
    world.put_many(1, 1'050, 300, kOld);
    CHECK(world.good_pass().summary.created == 1'050);
    world.check_same();
    const PassReport idle = world.good_pass();
    CHECK(idle.requests == 1);
    // A short page below the cap is the end; no empty page is requested.
    world.put(5'000, world.clock.wall());
    CHECK(world.good_pass().requests == 1);
}

TEST_CASE("the learned limit survives a restart") {
    World world({.take_cap = 100});
    world.put_many(1, 350, 300, kOld);
    world.good_pass();
    world.restart();
    world.put(5'000, world.clock.wall());
    const PassReport report = world.good_pass();
    CHECK(report.requests == 1);
    CHECK_FALSE(report.dialect_proven);
}

TEST_CASE("a new fingerprint reads from the start, and the old rows stay (hazard 14)") {
    World world;
    world.put_many(1, 30, 5, kOld);
    world.good_pass();
    world.settings.spec.filter = R"({"_id":{"$gt":"000000000000000000000010"}})";
    world.restart();
    const PassReport report = world.good_pass();
    CHECK(report.from_the_start);
    CHECK(report.summary.unchanged >= 20);
    CHECK(report.summary.changes() == 0);
    CHECK(world.held() == 30);
    CHECK_FALSE(world.good_pass().from_the_start);
}

TEST_CASE("regression: records read by keys with new fields are stored again (hazard 14)") {
    // Ties larger than a page are read twice without keyset, and an interrupted walk continues by keys.
    const bool interrupted = GENERATE(false, true);
    World world({.or_refused = true});
    for (unsigned n = 1; n <= 60; ++n)
        world.put(n, {kOld.ticks + n / 6 * Timestamp::ticks_per_second}, R"(,"status":"a","text":"b")");
    world.good_pass();
    world.settings.spec.fields = {"status"};
    world.settings.page_size = 4;
    world.restart();
    if (interrupted) {
        std::size_t pages = 0;
        world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
            if (++pages < 9) return std::nullopt;
            return Error{.code = ErrorCode::refused, .operation = "query", .subject = "", .hint = ""};
        });
        CHECK(world.pass().error);
        world.portal.set_fault_hook({});
        world.restart();
    }
    world.good_pass();
    CHECK(world.tables().changes.size() == 120);
}

TEST_CASE("regression: after an erroneous end, records kept the text of old fields") {
    std::size_t ended_early = 0;
    for (std::size_t empty = 1; empty <= 40; ++empty) {
        CAPTURE(empty);
        World world({.or_refused = true});
        for (unsigned n = 1; n <= 60; ++n)
            world.put(n, {kOld.ticks + n / 6 * Timestamp::ticks_per_second}, R"(,"status":"a","text":"b")");
        world.good_pass();
        world.settings.spec.fields = {"status"};
        world.settings.page_size = 4;
        world.restart();
        std::size_t answers = 0;
        world.portal.set_answer_hook([&](const SeenRequest&, std::string& body) {
            if (++answers == empty) body = R"({"isSuccess":true,"data":[]})";
        });
        world.good_pass();
        ended_early += world.tables().changes.size() < 120;
        world.good_pass();
        CHECK(world.tables().changes.size() == 120);
    }
    CHECK(ended_early > 0);
}

// Found by simulate --seed 13116 --hours 0.5: records skipped because their tie had shifted counted as met once the
// walk was interrupted.
TEST_CASE(
    "regression: a walk interrupted in a tie that shrank without keyset kept the text of old fields in it") {
    const bool restarted = GENERATE(false, true);
    for (std::size_t cut = 5; cut <= 60; ++cut) {
        CAPTURE(cut);
        World world({.or_refused = true});
        for (unsigned n = 1; n <= 40; ++n)
            world.put(n, kOld, R"(,"status":"a","text":"b")");
        world.good_pass();
        world.settings.spec.fields = {"status"};
        world.settings.page_size = 4;
        world.restart();
        std::size_t answers = 0;
        world.portal.set_answer_hook([&](const SeenRequest&, std::string&) {
            if (++answers != 3) return;
            for (unsigned n = 1; n <= 3; ++n)
                world.put(n, world.clock.wall(), R"(,"status":"a","text":"b")");
        });
        world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
            if (answers < cut) return std::nullopt;
            return Error{.code = ErrorCode::refused, .operation = "query", .subject = "", .hint = ""};
        });
        world.pass();
        world.portal.set_fault_hook({});
        if (restarted) world.restart();
        world.good_pass();
        for (const auto& [record_id, row] : world.tables().records)
            CHECK(row.body.find("text") == std::string::npos);
    }
}

TEST_CASE("a response in a new format causes a new proof of the dialect (hazard 28)") {
    World world;
    world.put_many(1, 30, 5, kOld);
    world.good_pass();
    ModelSettings settings = world.model.settings();
    settings.pascal = true;
    settings.id_is_oid = true;
    settings.modified_is_date = true;
    world.model.change_settings(settings);
    world.put(77, world.clock.wall());
    // The old literals match nothing: the response is empty, but has another spelling.
    const PassReport report = world.good_pass();
    CHECK(report.dialect_proven);
    CHECK(report.summary.created == 1);
    world.check_same();
}

TEST_CASE("an empty stream is one request, and proves nothing until there is a record") {
    World world;
    const PassReport empty = world.good_pass();
    CHECK(empty.requests == 1);
    CHECK_FALSE(empty.dialect_proven);
    world.put(1, world.clock.wall());
    CHECK(world.good_pass().dialect_proven);
    world.check_same();
}

TEST_CASE("every dialect is detected automatically and synchronized exactly") {
    ModelSettings settings{.id_is_oid = GENERATE(false, true),
                           .modified_is_date = GENERATE(false, true),
                           .or_refused = GENERATE(false, true),
                           .take_cap = static_cast<std::size_t>(GENERATE(0, 70)),
                           .totals = GENERATE(false, true),
                           .pascal = GENERATE(false, true)};
    CAPTURE(dialect_text(settings));
    World world(settings);
    world.settings.page_size = 100;
    world.restart();
    world.put_many(1, 1'000, 230, kOld);
    const PassReport first = world.good_pass();
    CHECK(first.summary.created == 1'000);
    world.check_same();
    const auto dialect = Dialect::from_json(first.state.dialect);
    REQUIRE(dialect);
    CHECK((dialect->id == IdLiteral::oid) == settings.id_is_oid);
    CHECK((dialect->modified == ModifiedLiteral::date) == settings.modified_is_date);
    CHECK(dialect->keyset == !settings.or_refused);

    // A second batch with one `modified`, more of the old tie's, and changes of both.
    world.clock.run_for(1h);
    const Timestamp now = world.clock.wall();
    for (unsigned i = 2'000; i < 2'300; ++i)
        world.put(i, now);
    for (unsigned i = 900; i < 1'000; ++i)
        world.put(i, now, R"(,"status":"void")");
    const PassReport second = world.good_pass();
    CHECK(second.summary.created == 300);
    CHECK(second.summary.updated == 100);
    world.check_same();
    world.clock.run_for(1h);
    world.good_pass();
    const PassReport idle = world.good_pass();
    CHECK(idle.summary.changes() == 0);
    if (dialect->keyset) CHECK(idle.requests == 1);
}

TEST_CASE("without keyset, records that leave a tie while it is paged hide no others (hazard 2)") {
    World world({.or_refused = true});
    world.settings.page_size = 50;
    world.restart();
    world.put_many(1, 300, 300, kOld);
    int pages = 0;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string&) {
        if (!mentions(request, R"("Take":50)")) return;
        // After each of the first pages a record that was just read moves away: the rest of the tie shifts by
        // one.
        if (++pages <= 5) world.put(static_cast<unsigned>(pages), world.clock.wall(), R"(,"moved":true)");
    });
    world.good_pass();
    world.check_same();
    CHECK(world.held() == 300);
}

TEST_CASE("a filter of the stream is part of every query") {
    World world;
    world.settings.spec.filter = R"({"status":"active"})";
    for (unsigned i = 1; i <= 100; ++i)
        world.put(i, Timestamp{kOld.ticks + i}, i % 2 == 0 ? R"(,"status":"active")" : R"(,"status":"void")");
    CHECK(world.good_pass().summary.created == 50);
    for (const SeenRequest& request : world.portal.requests())
        CHECK(mentions(request, R"({"status":"active"})"));
}

namespace {

// Stores a page in more time than the portal needs for one.
class SlowStore final : public MemoryStore {
  public:
    SlowStore(std::shared_ptr<MemoryStoreContent> content, Clock& clock)
        : MemoryStore(std::move(content), clock), clock_(clock) {}

    Task<Result<CommitSummary>> commit(Batch batch) override {
        auto sleeping = clock_.sleep(50ms);
        co_await std::move(sleeping);
        auto committing = MemoryStore::commit(std::move(batch));
        co_return co_await std::move(committing);
    }

  private:
    Clock& clock_;
};

}  // namespace

TEST_CASE("at most two pages of a stream are in memory, and the next is requested while one is stored") {
    World world;
    world.settings.page_size = 100;
    world.store = std::make_unique<SlowStore>(world.content, world.clock);
    world.restart();
    world.put_many(1, 1'000, 10, kOld);
    std::vector<std::string> order;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string&) {
        if (mentions(request, R"("Take":100)") && request.records > 0) order.push_back("answered");
    });
    world.store->set_fault_hook([&](std::string_view operation) -> std::optional<StoreFault> {
        if (operation == "commit") order.push_back("stored");
        return std::nullopt;
    });
    world.good_pass();
    int ahead = 0;
    int most = 0;
    for (const std::string& step : order) {
        ahead += step == "answered" ? 1 : -1;
        most = std::max(most, ahead);
    }
    CHECK(most == 2);
}

// Found by simulation (seed 60609): a record that left the tie in the second round, too, had hidden another one twice.
TEST_CASE("a tie that shrinks while it is paged by Skip, in every round, hides no record (hazard 2)") {
    World world({.or_refused = true, .take_cap = 4});
    world.put_many(1, 24, 24, kOld);
    const unsigned rounds = GENERATE(1U, 2U, 3U);
    unsigned moved = 0;
    std::size_t last_skip = 0;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string&) {
        const auto at = request.text.find("\"Skip\":");
        const std::size_t skip = std::stoul(request.text.substr(at + 7));
        // Once per round, when the Skip has just passed the record that leaves: the first of the remaining ones.
        const bool in_round = skip >= 4 && last_skip < skip && skip < 8 && moved < rounds;
        last_skip = skip;
        if (!in_round) return;
        ++moved;
        world.put(moved, world.clock.wall());
    });
    world.good_pass();
    CHECK(moved == rounds);
    world.good_pass();
    world.check_same();
}

TEST_CASE("regression: fields that were requested before do not count as a return to an earlier version") {
    World world;
    for (unsigned n = 1; n <= 6; ++n)
        world.put(n, kOld, R"(,"status":"a","text":"b")");
    world.good_pass();
    for (int turn = 0; turn < 3; ++turn) {
        world.settings.spec.fields = {"status"};
        world.restart();
        world.good_pass();
        for (const auto& [record_id, held] : world.tables().records)
            CHECK(held.body.find("text") == std::string::npos);
        world.settings.spec.fields = {};
        world.restart();
        world.good_pass();
        world.check_same();
    }
    CHECK(world.tables().doubted.empty());
    for (const StoreContent::Change& change : world.tables().changes)
        CHECK(change.reversal == 0);
}
