// A small world for the engine's tests: a portal model, a store in memory and a virtual clock.
#pragma once

#include "support/memory_inbox/memory_inbox.hpp"
#include "support/memory_store/memory_store.hpp"
#include "support/virtual/memory_portal.hpp"
#include "support/virtual/virtual_clock.hpp"
#include "sync/stream/pass.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

namespace carecloud {

inline const std::string kEntity = "claim_attendance";

inline Timestamp at(const char* text) {
    return Timestamp::parse(text).value();
}

// Well before now.
inline const Timestamp kOld = at("2024-01-01T00:00:00Z");

inline bool mentions(const SeenRequest& request, const std::string& text) {
    return request.text.find(text) != std::string::npos;
}

// A document as the portal would hold it; `n` makes the id, 24 digits wide and ordered like n.
inline std::string document(unsigned n, Timestamp modified, const std::string& more = "") {
    std::string id = std::to_string(n);
    id.insert(0, 24 - id.size(), '0');
    return R"({"_id":")" + id + R"(","workspace_id":"w","bucket_id":"b","modified":")" +
           modified.to_string() + "\"" + more + "}";
}

struct World {
    explicit World(ModelSettings dialect = {}) : model(dialect), portal(clock, model) {
        model.set_now(clock.wall());
        clock.on_advance([this](Timestamp now) { model.set_now(now); });
    }

    void put(unsigned n, Timestamp modified, const std::string& more = "") {
        REQUIRE(model.put(kEntity, document(n, modified, more)));
    }
    // Old records in ties of `tie`, a second apart, ending well before now.
    void put_many(unsigned first, unsigned count, unsigned tie, Timestamp from) {
        for (unsigned i = 0; i < count; ++i)
            put(first + i, {from.ticks + static_cast<std::int64_t>(i / tie) * Timestamp::ticks_per_second});
    }

    PassReport pass() {
        PassContext context{clock, portal, *store, *limiter, random, time, *lanes};
        std::optional<PassReport> report;
        boost::asio::co_spawn(io, run_pass(context, settings, memory),
                              [&](std::exception_ptr thrown, PassReport done) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  report = std::move(done);
                              });
        portal.forget_requests();
        REQUIRE(clock.run_until([&] { return report.has_value(); }));
        return *report;
    }

    PassReport good_pass() {
        PassReport report = pass();
        INFO((report.error ? report.error->message() : "no error"));
        REQUIRE_FALSE(report.error);
        return report;
    }

    // Forgets what only memory holds, as a restart does.
    void restart() {
        memory = StreamMemory(settings.page_size);
        const std::size_t most = lanes->limit().most();
        limiter = std::make_unique<RateLimiter>(clock, *store, limits);
        lanes = std::make_unique<Lanes>(clock, *limiter, most);
        time = PortalTime();
    }

    // An event of the n-th record, as the receiver makes it durable.
    void announce(unsigned n, std::optional<Timestamp> event_time = std::nullopt) {
        const std::string number = std::to_string(inbox_content->events.size());
        std::string id = std::to_string(n);
        id.insert(0, 24 - id.size(), '0');
        Event event{.message_id = "message-" + number,
                    .topic_arn = "topic",
                    .event_type = "attendance",
                    .stream = kEntity,
                    .record_id = id,
                    .event_time = event_time.value_or(clock.wall()).to_string(),
                    .body = "{}"};
        std::optional<Result<bool>> fresh;
        boost::asio::co_spawn(io, inbox.receive(std::move(event)),
                              [&](std::exception_ptr thrown, Result<bool> done) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  fresh = done;
                              });
        REQUIRE(clock.run_until([&] { return fresh.has_value(); }));
        REQUIRE(*fresh);
    }

    // How many events are in that state.
    std::size_t events(EventState state) const {
        std::size_t count = 0;
        for (const auto& [id, held] : inbox_content->events)
            count += held.event.state == state;
        return count;
    }

    const StoreContent& tables() const { return content->tables; }
    std::size_t held() const { return content->tables.records.size(); }
    std::size_t live() const {
        const auto& records = content->tables.records;
        return static_cast<std::size_t>(std::count_if(
            records.begin(), records.end(), [](const auto& row) { return !row.second.deleted_at; }));
    }

    // Promises 1 and 2: the portal's records byte for byte, and a change log that replays to them.
    void check_same() const {
        CHECK(check_changes(tables()) == "");
        std::size_t seen = 0;
        model.for_each(kEntity, [&](const PortalDocument& expected) {
            ++seen;
            const auto found = tables().records.find({kEntity, std::string(expected.id_text())});
            REQUIRE(found != tables().records.end());
            CHECK(found->second.body == expected.raw());
            CHECK_FALSE(found->second.deleted_at);
        });
        CHECK(seen == live());
    }

    boost::asio::io_context io;
    VirtualClock clock{io, at("2024-03-10T12:00:00Z")};
    PortalModel model;
    MemoryPortal portal;
    std::shared_ptr<MemoryStoreContent> content = std::make_shared<MemoryStoreContent>();
    std::unique_ptr<MemoryStore> store = std::make_unique<MemoryStore>(content, clock);
    std::shared_ptr<MemoryInboxContent> inbox_content = std::make_shared<MemoryInboxContent>();
    MemoryInbox inbox{inbox_content, clock, content};
    RateLimits limits{.per_second = 1000, .burst = 1000};
    std::unique_ptr<RateLimiter> limiter = std::make_unique<RateLimiter>(clock, *store, limits);
    Random random{1};
    PortalTime time;
    std::unique_ptr<Lanes> lanes =
        std::make_unique<Lanes>(clock, *limiter, 1);  // one request after the other
    PassSettings settings{.spec = {.entity = kEntity, .workspace_id = "w", .bucket_id = "b"}};
    StreamMemory memory{1000};
};

}  // namespace carecloud
