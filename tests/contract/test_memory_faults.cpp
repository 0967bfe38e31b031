// What the in-memory store offers to simulation beyond the contract: faults on demand, and content that survives the
// store object.
#include "contract/backend.hpp"
#include "support/pages.hpp"
#include "support/run_task.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Batch small_batch() {
    return {.stream = "s", .page = make_page({{"a", test_time_text()}}), .state = {}, .unreachable = {}};
}

const Error kBusy{.code = ErrorCode::store_busy, .operation = "commit s", .subject = "busy", .hint = ""};

}  // namespace

TEST_CASE("a fault before the effect changes nothing, a fault after it keeps the effect") {
    MemoryBackend backend;
    auto& store = dynamic_cast<MemoryStore&>(backend.store());
    bool took_effect = false;
    store.set_fault_hook([&](std::string_view operation) -> std::optional<StoreFault> {
        if (operation != "commit") return std::nullopt;
        return StoreFault{kBusy, took_effect};
    });
    CHECK(backend.commit_error(small_batch()).code == ErrorCode::store_busy);
    CHECK(backend.content() == StoreContent{});
    CHECK(store.content().commits == 0);
    CHECK(backend.unknown("s", {{"a", test_time_text(), test_time()}}).size() == 1);
    took_effect = true;
    CHECK(backend.commit_error(small_batch()).code == ErrorCode::store_busy);
    CHECK(backend.content().records.size() == 1);
    CHECK(store.content().commits == 1);
    store.set_fault_hook({});
    CHECK_FALSE(backend.commit(small_batch()).written);
    CHECK(store.content().commits == 1);
}

TEST_CASE("a coroutine destroyed while it waits for the memory store has changed nothing") {
    auto content = std::make_shared<MemoryStoreContent>();
    auto io = std::make_unique<boost::asio::io_context>();
    HandClock clock(io->get_executor());
    auto store = std::make_unique<MemoryStore>(content, clock);
    bool answered = false;
    boost::asio::co_spawn(*io, store->commit(small_batch()),
                          [&](std::exception_ptr, const Result<CommitSummary>&) { answered = true; });
    io->run_one();  // up to the suspension
    store.reset();
    io.reset();
    CHECK_FALSE(answered);
    CHECK(content->tables == StoreContent{});
}
