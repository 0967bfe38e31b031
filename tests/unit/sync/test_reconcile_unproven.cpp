// Reconciliations of a stream whose query dialect is unknown, since it has never returned a record.
#include "bounded_world.hpp"

#include <string>
#include <utility>

using namespace carecloud;

namespace {

// Records that events brought before the stream had returned one.
struct NoDialectWorld : BoundedWorld {
    explicit NoDialectWorld(unsigned held, unsigned shown = 0) {
        put_many(1, held, 10, kOld);
        good_pass();
        content->tables.streams.at(kEntity).dialect.clear();
        for (unsigned n = shown + 1; n <= held; ++n)
            erase(n);
    }
};

}  // namespace

TEST_CASE("reconcile: a stream that shows records waits for its query dialect") {
    NoDialectWorld world(3, 1);
    const auto [ended, row] = world.attempt({});
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == ErrorCode::dialect_unknown);
    CHECK(world.live() == 3);
}

TEST_CASE("reconcile: a stream without a record, here and at the portal, is done after two empty listings") {
    BoundedWorld world;
    const Job row = world.reconcile();
    CHECK(row.status == JobStatus::done);
    CHECK(row.requests == 2);
}

TEST_CASE("regression: reconcile: without a query dialect, records deleted at the portal were never marked") {
    NoDialectWorld world(20);
    CHECK(world.reconcile().deleted == 20);
    CHECK(world.live() == 0);
    world.check_same();
}

TEST_CASE("reconcile: without a query dialect, one empty listing is not believed") {
    NoDialectWorld world(3, 3);
    bool emptied = false;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        if (request.kind == "query" && !std::exchange(emptied, true))
            body = R"({"isSuccess":true,"data":[]})";
    });
    CHECK_FALSE(world.attempt({}).first);
    CHECK(world.live() == 3);
}

TEST_CASE("reconcile: without a query dialect, what the portal returns by id is kept") {
    NoDialectWorld world(20, 20);
    world.portal.set_answer_hook([](const SeenRequest& request, std::string& body) {
        if (request.kind == "query") body = R"({"isSuccess":true,"data":[]})";
    });
    const Job row = world.reconcile();
    CHECK(row.holes == 20);
    CHECK(world.live() == 20);
}

TEST_CASE("reconcile: without a query dialect, the guard holds too") {
    NoDialectWorld world(30);
    world.guard.share = 0.5;
    CHECK(world.reconcile().status == JobStatus::awaiting_confirmation);
    CHECK(world.live() == 30);
    CHECK(world.good({.confirm_deletes = true}).deleted == 30);
    CHECK(world.live() == 0);
}
