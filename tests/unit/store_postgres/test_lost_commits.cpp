// The server ends during a commit: its result is unknown, so the call is repeated. Several daemons receive one message.
#include "open_store.hpp"
#include "store/postgres/session.hpp"

#include <array>
#include <future>
#include <optional>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

TEST_CASE("if the server is restarted during a commit, repeating the commit adds nothing") {
    const bool crash = GENERATE(false, true);
    CAPTURE(crash);
    PostgresCluster cluster;
    StoreSite site(cluster.fresh_database());
    site.open();
    cluster.require_standby();
    auto waiting = std::async(std::launch::async, [&] { return site.commit("a"); });
    {
        const auto admin = open_session(cluster.settings("postgres"));
        while (admin->query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'").empty()) {
        }
    }
    if (crash)
        cluster.crash();
    else
        cluster.stop();
    const auto unknown = waiting.get();
    REQUIRE_FALSE(unknown.has_value());
    INFO(unknown.error().message());
    CHECK(unknown.error().message().find("the result of the commit is unknown") != std::string::npos);
    cluster.start();
    cluster.set("synchronous_standby_names", "");
    const CommitSummary repeated = site.repeat_commit("a");
    CHECK(repeated.last_seq == 1);
    CHECK(repeated.unchanged == 1);
    CHECK(open_session(site.settings)->query("SELECT count(*) FROM changes")[0].number(0) == 1);
}

TEST_CASE(
    "a message that three daemons receive concurrently is stored as one event, and all of them acknowledge "
    "it") {
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    std::array<StoreSite, 3> daemons{StoreSite(settings), StoreSite(settings), StoreSite(settings)};
    for (StoreSite& daemon : daemons)
        daemon.open();
    constexpr int kMessages = 50;
    for (int i = 0; i < kMessages; ++i) {
        std::array<std::future<Result<bool>>, 3> answers;
        for (std::size_t d = 0; d < daemons.size(); ++d) {
            answers[d] = std::async(std::launch::async,
                                    [&daemons, d, i] { return daemons[d].receive("m" + std::to_string(i)); });
        }
        int fresh = 0;
        for (auto& answer : answers) {
            const Result<bool> received = answer.get();
            REQUIRE(received.has_value());
            fresh += *received;
        }
        CHECK(fresh == 1);
    }
    const auto db = open_session(settings);
    CHECK(db->query("SELECT count(*) FROM events")[0].number(0) == kMessages);
    CHECK(db->query("SELECT max(n) FROM events")[0].number(0) == kMessages);
}

}  // namespace
}  // namespace carecloud
