// Which certificates are fetched when, and which requests wait, although anyone may name certificates that do not
// exist.
#include "unit/sns/certificate_world.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr Duration kForEver = std::chrono::hours(24 * 365);

std::size_t succeeded(const std::vector<CertificateWorld::Waiter>& waiters) {
    const auto count =
        std::count_if(waiters.begin(), waiters.end(), [](const auto& waiter) { return waiter->succeeded(); });
    return static_cast<std::size_t>(count);
}

// Requests this many nonexistent names per second, while `each_step` does something else. Returns the number of names.
int flood(CertificateWorld& world, int per_second, int seconds, const std::function<void(int)>& each_step) {
    int name = 1000;
    for (int step = 0; step < per_second * seconds; ++step) {
        world.ask(certificate_address(name++));
        each_step(step);
        world.clock.run_for(Duration(1s) / per_second);
    }
    return name - 1000;
}

}  // namespace

TEST_CASE("Concurrent fetches of unknown names are limited, and the others wait for their turn") {
    CertificateWorld world({.fetches = {.fetches_max = 3}});
    for (int i = 1; i <= 3; ++i)
        world.fetcher->answer(certificate_address(i), world_signer().certificate_pem(), 5s);
    for (int i = 1; i <= 3; ++i)
        world.ask(certificate_address(i));
    world.clock.run_for(1s);
    CHECK(world.fetcher->under_way() == 2);
    world.clock.run_for(4s);
    CHECK(succeeded(world.waiters) == 2);
    CHECK(world.fetcher->under_way() == 1);
    world.clock.run_for(5s);
    CHECK(succeeded(world.waiters) == 3);
}

TEST_CASE("Unknown names beyond the burst are fetched as the budget allows") {
    CertificateWorld world;
    for (int i = 1; i <= 12; ++i) {
        world.fetcher->answer(certificate_address(i), world_signer().certificate_pem(), 100ms);
        world.ask(certificate_address(i));
    }
    world.clock.run_for(900ms);
    CHECK(world.cache->fetches() == 8);
    world.clock.run_for(4200ms);
    CHECK(world.cache->fetches() == 12);
    CHECK(succeeded(world.waiters) == 12);
}

TEST_CASE("Any number of forged names causes few fetches") {
    CertificateWorld world;
    const int names = flood(world, 50, 60, [](int) {});
    CHECK(names == 3000);
    CHECK(world.cache->fetches() >= 60);
    CHECK(world.cache->fetches() <= 8 + 60 + 1);
}

TEST_CASE("Genuine messages that arrive together with forged names wait, and all are served") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem(), 50ms);
    std::vector<CertificateWorld::Waiter> honest;
    flood(world, 50, 30, [&](int step) {
        if (step >= 500 && step < 580 && step % 2 == 0) honest.push_back(world.ask(certificate_address(1)));
    });
    CHECK(honest.size() == 40);
    CHECK(succeeded(honest) == 40);
    CHECK(std::count(world.fetcher->asked().begin(), world.fetcher->asked().end(), certificate_address(1)) ==
          1);
    CHECK(world.cache->fetches() <= 8 + 30 + 1);
}

TEST_CASE("A single genuine message among many is served at the latest when it is sent again") {
    CertificateWorld world;
    const int per_second = GENERATE(10, 50);
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem(), 50ms);
    flood(world, per_second, 45, [&](int step) {
        if (step == 15 * per_second) world.waiters.push_back(world.ask(certificate_address(1)));
        // As SNS does, 20 s later.
        if (step == 35 * per_second) world.waiters.push_back(world.ask(certificate_address(1)));
    });
    CHECK(succeeded(world.waiters) > 0);
    CHECK(world.cache->size() == 1);
    CHECK(world.cache->fetches() <= 8 + 45 + 1);
}

TEST_CASE("A known name has its own slot, and no budget") {
    CertificateWorld world({.fetches = {.fetches_max = 2, .unknown_burst = 2, .unknown_every = 24h}});
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    REQUIRE(world.ask_and_wait(certificate_address(1))->succeeded());
    world.clock.run_for(25h);  // it has expired
    for (int i = 2; i <= 5; ++i) {
        world.fetcher->answer(certificate_address(i), std::string("x"), kForEver);
        world.ask(certificate_address(i));
    }
    world.clock.run_for(1s);
    CHECK(world.fetcher->under_way() == 1);
    world.fetcher->answer(certificate_address(1), lasting_signer().certificate_pem());
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK_FALSE(world.waiters[1]->done());
}

TEST_CASE("The name with the most waiting messages is fetched first") {
    CertificateWorld world({.fetches = {.unknown_burst = 1}});
    world.ask(certificate_address(1));  // takes the burst
    for (const int i : {2, 3, 4, 3, 4, 4})
        world.ask(certificate_address(i));
    world.clock.run_for(3500ms);
    const std::vector<std::string> order{certificate_address(1), certificate_address(4),
                                         certificate_address(3), certificate_address(2)};
    CHECK(world.fetcher->asked() == order);
}

TEST_CASE(
    "The number of messages that wait for unknown names is limited: the name with the fewest is given up") {
    CertificateWorld world({.fetches = {.unknown_burst = 1, .unknown_every = 24h, .unknown_waiters_max = 5}});
    CHECK_FALSE(world.ask_and_wait(certificate_address(1))->succeeded());  // takes the burst
    const auto crowd_one = world.ask(certificate_address(2));
    const auto crowd_two = world.ask(certificate_address(2));
    const auto old = world.ask(certificate_address(3));
    const auto young = world.ask(certificate_address(4));
    const auto younger = world.ask(certificate_address(5));
    world.clock.run_for(1s);
    CHECK_FALSE(old->done());
    const auto youngest = world.ask(certificate_address(6));
    world.clock.run_for(1s);
    REQUIRE(old->done());
    CHECK(old->code() == ErrorCode::rate_limited);
    const auto crowd_three = world.ask(certificate_address(2));
    world.clock.run_for(1s);
    CHECK(young->done());
    for (const auto& waiter : {crowd_one, crowd_two, crowd_three, younger, youngest})
        CHECK_FALSE(waiter->done());
}

TEST_CASE("If all wait for popular names, another one is refused immediately") {
    CertificateWorld world({.fetches = {.unknown_waiters_max = 2}});
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem(), 5s);
    world.ask(certificate_address(1));
    const auto second = world.ask(certificate_address(1));
    const auto third = world.ask(certificate_address(1));
    const auto other = world.ask(certificate_address(2));
    world.clock.run_for(1s);
    for (const auto& refused : {third, other}) {
        REQUIRE(refused->done());
        CHECK(refused->code() == ErrorCode::rate_limited);
    }
    second->cancel.emit(boost::asio::cancellation_type::terminal);
    world.clock.run_for(1s);
    const auto fourth = world.ask(certificate_address(1));
    world.clock.run_for(5s);
    CHECK(fourth->succeeded());
}

TEST_CASE("No message waits longer than SNS does") {
    CertificateWorld world({.fetches = {.fetches_max = 2}});
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem(), kForEver);
    world.fetcher->answer(certificate_address(2), world_signer().certificate_pem(), kForEver);
    const auto begun = world.ask(certificate_address(1));
    const auto queued = world.ask(certificate_address(2));
    world.clock.run_for(11s);
    CHECK_FALSE(begun->done());
    CHECK_FALSE(queued->done());
    world.clock.run_for(1s);
    REQUIRE(begun->done());
    REQUIRE(queued->done());
    CHECK(begun->code() == ErrorCode::timed_out);
    CHECK(queued->code() == ErrorCode::rate_limited);
    // One that no request waits for any more is not fetched.
    CHECK(world.fetcher->under_way() == 1);
    CHECK(world.cache->fetches() == 1);
}
