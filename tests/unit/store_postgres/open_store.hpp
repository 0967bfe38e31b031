// A PostgresStore for tests of errors. Each call runs to completion.
#pragma once

#include "store/postgres/postgres_store.hpp"
#include "support/hand_clock.hpp"
#include "support/pages.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"
#include "support/run_task.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>

namespace carecloud {

struct StoreSite {
    explicit StoreSite(const PostgresSettings& given) : settings(given) {}

    // The error of opening the store; the code `canceled` if it succeeds. The store is closed again.
    Error open_error() {
        auto opened = PostgresStore::open(settings, clock);
        if (!opened) return opened.error();
        return canceled_error("opened");
    }
    void open() { store = PostgresStore::open(settings, clock).value(); }
    Result<CommitSummary> commit(const std::string& id, const std::string& body = "{}") {
        Batch batch{.stream = "s",
                    .page = make_page({{.id = id, .modified = "2024-01-01T00:00:00Z", .body = body}})};
        return run_task(io, store->commit(std::move(batch)));
    }
    // Repeats the commit until `done` accepts the result, which is std::nullopt after 30 seconds.
    std::optional<Result<CommitSummary>> commit_until(
        const std::string& id, const std::function<bool(const Result<CommitSummary>&)>& done) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (std::chrono::steady_clock::now() < until) {
            auto result = commit(id);
            if (done(result)) return result;
            std::this_thread::yield();
        }
        return std::nullopt;
    }
    // Repeats a commit until it succeeds.
    CommitSummary repeat_commit(const std::string& id) {
        return commit_until(id, [](const auto& commit) { return commit.has_value(); }).value().value();
    }
    Result<bool> receive(const std::string& message_id) {
        return run_task(io, store->receive({.message_id = message_id, .stream = "s", .body = "{}"}));
    }

    boost::asio::io_context io;
    HandClock clock{io.get_executor(), Timestamp::parse("2024-01-01T00:00:00Z").value()};
    PostgresSettings settings;
    std::unique_ptr<PostgresStore> store;
};

}  // namespace carecloud
