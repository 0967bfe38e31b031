#include "sns/certificate_cache.hpp"
#include "support/real_now.hpp"
#include "support/sns/scripted_fetcher.hpp"
#include "support/sns/test_signer.hpp"
#include "support/virtual/virtual_clock.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

const TestSigner& signer() {
    static const TestSigner one;
    return one;
}

std::string address(int number) {
    std::string id = std::to_string(number);
    id.insert(0, 32 - id.size(), '0');
    return "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-" + id + ".pem";
}

// One get() under way.
struct Waiter {
    std::optional<Result<CertificatePtr>> result;
    bool cancelled = false;
    asio::cancellation_signal cancel;

    bool done() const { return result || cancelled; }
    bool succeeded() const { return result && result->has_value(); }
    ErrorCode code() const { return result->error().code; }
};

struct World {
    asio::io_context io;
    VirtualClock clock{io, real_now()};
    std::shared_ptr<ScriptedFetcher> fetcher = std::make_shared<ScriptedFetcher>(clock);
    std::vector<std::shared_ptr<Waiter>> waiters{};
    std::unique_ptr<CertificateCache> cache;

    explicit World(CertificateCacheSettings settings = {}, std::optional<TrustAnchors> anchors = {})
        : cache(std::make_unique<CertificateCache>(clock, fetcher, std::move(anchors), settings)) {}
    // Everything ends while the clock is still there.
    ~World() {
        for (const auto& waiter : waiters)
            waiter->cancel.emit(asio::cancellation_type::terminal);
        clock.run_for(0s);
        cache.reset();
        clock.run_for(0s);
    }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    std::shared_ptr<Waiter> ask(const std::string& url) {
        auto waiter = std::make_shared<Waiter>();
        waiters.push_back(waiter);
        const auto ended = [waiter](const std::exception_ptr& thrown, Result<CertificatePtr> result) {
            waiter->cancelled = thrown != nullptr;
            if (!thrown) waiter->result.emplace(std::move(result));
        };
        asio::co_spawn(io, cache->get(parse_http_url(url).value()),
                       asio::bind_cancellation_slot(waiter->cancel.slot(), ended));
        return waiter;
    }

    std::shared_ptr<Waiter> ask_and_wait(const std::string& url) {
        auto waiter = ask(url);
        clock.run_until([&] { return waiter->done(); });
        return waiter;
    }
};

}  // namespace

TEST_CASE("A certificate is fetched once and kept") {
    World world;
    world.fetcher->answer(address(1), signer().certificate_pem());
    const auto first = world.ask_and_wait(address(1));
    const auto second = world.ask_and_wait(address(1));
    REQUIRE(first->succeeded());
    REQUIRE(second->succeeded());
    CHECK(first->result->value() == second->result->value());
    CHECK(world.fetcher->asked().size() == 1);
    CHECK(world.cache->size() == 1);
}

TEST_CASE("Many waiting messages cause one fetch") {
    World world;
    world.fetcher->answer(address(1), signer().certificate_pem(), 2s);
    for (int i = 0; i < 200; ++i)
        world.ask(address(1));
    world.clock.run_for(1s);
    CHECK(world.fetcher->asked().size() == 1);
    CHECK_FALSE(world.waiters.front()->done());
    world.clock.run_for(2s);
    for (const auto& waiter : world.waiters)
        REQUIRE(waiter->succeeded());
    CHECK(world.fetcher->asked().size() == 1);
}

TEST_CASE("A waiter that is cancelled leaves the fetch to the others") {
    World world;
    world.fetcher->answer(address(1), signer().certificate_pem(), 2s);
    const auto first = world.ask(address(1));
    const auto second = world.ask(address(1));
    world.clock.run_for(1s);
    first->cancel.emit(asio::cancellation_type::terminal);
    world.clock.run_for(100ms);
    CHECK(first->cancelled);
    CHECK_FALSE(second->done());
    world.clock.run_for(2s);
    CHECK(second->succeeded());
    CHECK(world.fetcher->asked().size() == 1);
}

TEST_CASE("A fetch whose waiters are all gone still fills the cache") {
    World world;
    world.fetcher->answer(address(1), signer().certificate_pem(), 2s);
    const auto only = world.ask(address(1));
    world.clock.run_for(1s);
    only->cancel.emit(asio::cancellation_type::terminal);
    world.clock.run_for(2s);
    CHECK(only->cancelled);
    CHECK(world.cache->size() == 1);
}

TEST_CASE("A failed fetch fails all who wait, and those who come within the pause") {
    World world;
    world.fetcher->answer(
        address(1), Error{.code = ErrorCode::unreachable, .operation = "x", .subject = "x", .hint = {}}, 1s);
    const auto first = world.ask(address(1));
    const auto second = world.ask(address(1));
    world.clock.run_for(1s);
    REQUIRE(first->done());
    REQUIRE(second->done());
    CHECK(first->code() == ErrorCode::unreachable);
    CHECK(second->code() == ErrorCode::unreachable);
    CHECK(world.ask_and_wait(address(1))->code() == ErrorCode::unreachable);
    CHECK(world.fetcher->asked().size() == 1);
}

TEST_CASE("After the pause a failed fetch is tried anew") {
    World world;
    CHECK(world.ask_and_wait(address(1))->code() == ErrorCode::unreachable);
    world.fetcher->answer(address(1), signer().certificate_pem());
    world.clock.run_for(999ms);
    CHECK(world.ask_and_wait(address(1))->code() == ErrorCode::unreachable);
    world.clock.run_for(1ms);
    CHECK(world.ask_and_wait(address(1))->succeeded());
    CHECK(world.fetcher->asked().size() == 2);
}

TEST_CASE("A certificate that cannot be used is a failure, whatever was answered") {
    const auto status = [](ErrorCode code, const char* what) {
        return Result<std::string>(Error{.code = code, .operation = "fetch", .subject = what, .hint = {}});
    };
    const std::string pem = signer().certificate_pem();
    const auto [answer, code] = GENERATE_COPY(table<Result<std::string>, ErrorCode>({
        {status(ErrorCode::refused, "HTTP 400"), ErrorCode::refused},
        {status(ErrorCode::server_failed, "HTTP 500"), ErrorCode::server_failed},
        {std::string(), ErrorCode::bad_response},
        {"<Error>" + pem + "</Error>", ErrorCode::bad_response},
        {std::string("not a certificate"), ErrorCode::bad_response},
        {pem + pem, ErrorCode::bad_response},
    }));
    World world;
    world.fetcher->answer(address(1), answer);
    CHECK(world.ask_and_wait(address(1))->code() == code);
    CHECK(world.cache->size() == 0);
}

TEST_CASE("A certificate that is not valid now is a failure") {
    World world;
    world.fetcher->answer(address(1), signer().certificate_pem());
    const Duration shift = GENERATE(Duration(48h), Duration(-48h));
    world.clock.shift_wall(shift);
    CHECK(world.ask_and_wait(address(1))->code() == ErrorCode::tls_failed);
    CHECK(world.cache->size() == 0);
}

TEST_CASE("A kept certificate that has expired is fetched anew") {
    World world;
    world.fetcher->answer(address(1), signer().certificate_pem());
    CHECK(world.ask_and_wait(address(1))->succeeded());
    world.clock.run_for(25h);
    TestSubject renewed = signing_subject();
    renewed.valid_to_seconds = 72 * 3600;
    world.fetcher->answer(address(1), TestSigner(renewed).certificate_pem());
    CHECK(world.ask_and_wait(address(1))->succeeded());
    CHECK(world.fetcher->asked().size() == 2);
    CHECK(world.cache->size() == 1);
}

TEST_CASE("A certificate of another issuer than the configured one is a failure") {
    const TempFile file(TestSigner().authority_pem());
    World world({}, TrustAnchors::load(file.path()).value());
    world.fetcher->answer(address(1), signer().certificate_pem());
    CHECK(world.ask_and_wait(address(1))->code() == ErrorCode::tls_failed);
}

TEST_CASE("A certificate of the configured issuer is taken") {
    const TempFile file(signer().authority_pem());
    World world({}, TrustAnchors::load(file.path()).value());
    world.fetcher->answer(address(1), signer().certificate_pem());
    CHECK(world.ask_and_wait(address(1))->succeeded());
}

TEST_CASE("An address that never answers holds up no other") {
    World world;
    world.fetcher->answer(address(1), signer().certificate_pem());
    world.fetcher->answer(address(2), signer().certificate_pem());
    CHECK(world.ask_and_wait(address(1))->succeeded());
    world.fetcher->answer(address(3), signer().certificate_pem(), 24h * 365);
    const auto stuck = world.ask(address(3));
    CHECK(world.ask_and_wait(address(1))->succeeded());
    CHECK(world.ask_and_wait(address(2))->succeeded());
    CHECK_FALSE(stuck->done());
}

TEST_CASE("Fetches at once are bounded") {
    World world({.fetches_max = 2});
    for (int i = 1; i <= 3; ++i)
        world.fetcher->answer(address(i), signer().certificate_pem(), 5s);
    const auto first = world.ask(address(1));
    const auto second = world.ask(address(2));
    const auto third = world.ask(address(3));
    world.clock.run_for(1s);
    REQUIRE(third->done());
    CHECK(third->code() == ErrorCode::rate_limited);
    CHECK(world.fetcher->under_way() == 2);
    world.clock.run_for(5s);
    CHECK(first->succeeded());
    CHECK(second->succeeded());
    // Being turned away is no failure of the address.
    CHECK(world.ask_and_wait(address(3))->succeeded());
}

TEST_CASE("Waiters are bounded") {
    World world({.waiters_max = 2});
    world.fetcher->answer(address(1), signer().certificate_pem(), 5s);
    world.ask(address(1));
    const auto second = world.ask(address(1));
    const auto third = world.ask(address(1));
    world.clock.run_for(1s);
    REQUIRE(third->done());
    CHECK(third->code() == ErrorCode::rate_limited);
    second->cancel.emit(asio::cancellation_type::terminal);
    world.clock.run_for(1s);
    const auto fourth = world.ask(address(1));
    world.clock.run_for(5s);
    CHECK(fourth->succeeded());
}

TEST_CASE("The certificate used longest ago makes room") {
    World world({.certificates_max = 3});
    for (int i = 1; i <= 4; ++i)
        world.fetcher->answer(address(i), signer().certificate_pem());
    for (const int i : {1, 2, 3, 1, 4, 3, 1})
        CHECK(world.ask_and_wait(address(i))->succeeded());
    CHECK(world.cache->size() == 3);
    CHECK(world.cache->fetches() == 4);
    CHECK(world.ask_and_wait(address(2))->succeeded());
    CHECK(world.cache->fetches() == 5);
}

TEST_CASE("Failed addresses push no kept certificate out") {
    World world({.certificates_max = 2});
    world.fetcher->answer(address(1), signer().certificate_pem());
    CHECK(world.ask_and_wait(address(1))->succeeded());
    for (int i = 100; i < 400; ++i)
        CHECK_FALSE(world.ask_and_wait(address(i))->succeeded());
    CHECK(world.ask_and_wait(address(1))->succeeded());
    CHECK(world.cache->fetches() == 301);
}

TEST_CASE("A cache that goes away cancels its fetches") {
    World world;
    world.fetcher->answer(address(1), signer().certificate_pem(), 24h);
    const auto waiter = world.ask(address(1));
    world.clock.run_for(1s);
    CHECK(world.fetcher->under_way() == 1);
    world.cache.reset();
    world.clock.run_for(1s);
    REQUIRE(waiter->done());
    CHECK(waiter->code() == ErrorCode::cancelled);
    CHECK(world.fetcher->under_way() == 0);
}
