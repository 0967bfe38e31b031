#include "unit/sns/certificate_world.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

TEST_CASE("A certificate is fetched once and kept") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    const auto first = world.ask_and_wait(certificate_address(1));
    const auto second = world.ask_and_wait(certificate_address(1));
    REQUIRE(first->succeeded());
    REQUIRE(second->succeeded());
    CHECK(first->result->value() == second->result->value());
    CHECK(world.fetcher->asked().size() == 1);
    CHECK(world.cache->size() == 1);
}

TEST_CASE("Many waiting messages cause one fetch") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem(), 2s);
    for (int i = 0; i < 200; ++i)
        world.ask(certificate_address(1));
    world.clock.run_for(1s);
    CHECK(world.fetcher->asked().size() == 1);
    CHECK_FALSE(world.waiters.front()->done());
    world.clock.run_for(2s);
    for (const auto& waiter : world.waiters)
        REQUIRE(waiter->succeeded());
    CHECK(world.fetcher->asked().size() == 1);
}

TEST_CASE("A canceled waiter does not cancel the fetch for the others") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem(), 2s);
    const auto first = world.ask(certificate_address(1));
    const auto second = world.ask(certificate_address(1));
    world.clock.run_for(1s);
    first->cancel.emit(boost::asio::cancellation_type::terminal);
    world.clock.run_for(100ms);
    CHECK(first->canceled);
    CHECK_FALSE(second->done());
    world.clock.run_for(2s);
    CHECK(second->succeeded());
    CHECK(world.fetcher->asked().size() == 1);
}

TEST_CASE("A fetch whose waiters are all canceled still fills the cache") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem(), 2s);
    const auto only = world.ask(certificate_address(1));
    world.clock.run_for(1s);
    only->cancel.emit(boost::asio::cancellation_type::terminal);
    world.clock.run_for(2s);
    CHECK(only->canceled);
    CHECK(world.cache->size() == 1);
}

TEST_CASE("A failed fetch fails all waiters, and requests within the pause") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1),
                          Error{.code = ErrorCode::unreachable, .operation = "x", .subject = "x", .hint = {}},
                          1s);
    const auto first = world.ask(certificate_address(1));
    const auto second = world.ask(certificate_address(1));
    world.clock.run_for(1s);
    REQUIRE(first->done());
    REQUIRE(second->done());
    CHECK(first->code() == ErrorCode::unreachable);
    CHECK(second->code() == ErrorCode::unreachable);
    CHECK(world.ask_and_wait(certificate_address(1))->code() == ErrorCode::unreachable);
    CHECK(world.fetcher->asked().size() == 1);
}

TEST_CASE("After the pause a failed fetch is retried") {
    CertificateWorld world;
    CHECK(world.ask_and_wait(certificate_address(1))->code() == ErrorCode::unreachable);
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    world.clock.run_for(999ms);
    CHECK(world.ask_and_wait(certificate_address(1))->code() == ErrorCode::unreachable);
    world.clock.run_for(1ms);
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.fetcher->asked().size() == 2);
}

TEST_CASE("An unusable certificate is a failure, whatever the response was") {
    const auto status = [](ErrorCode code, const char* what) {
        return Result<std::string>(Error{.code = code, .operation = "fetch", .subject = what, .hint = {}});
    };
    const std::string pem = world_signer().certificate_pem();
    const auto [answer, code] = GENERATE_COPY(table<Result<std::string>, ErrorCode>({
        {status(ErrorCode::refused, "HTTP 400"), ErrorCode::refused},
        {status(ErrorCode::server_failed, "HTTP 500"), ErrorCode::server_failed},
        {std::string(), ErrorCode::bad_response},
        {"<Error>" + pem + "</Error>", ErrorCode::bad_response},
        {std::string("not a certificate"), ErrorCode::bad_response},
        {pem + pem, ErrorCode::bad_response},
    }));
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), answer);
    CHECK(world.ask_and_wait(certificate_address(1))->code() == code);
    CHECK(world.cache->size() == 0);
}

TEST_CASE("A certificate that is not valid now is a failure") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    const Duration shift = GENERATE(Duration(48h), Duration(-48h));
    world.clock.shift_wall(shift);
    CHECK(world.ask_and_wait(certificate_address(1))->code() == ErrorCode::tls_failed);
    CHECK(world.cache->size() == 0);
}

TEST_CASE("A kept certificate that has expired is fetched again") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    world.clock.run_for(25h);
    TestSubject renewed = signing_subject();
    renewed.valid_to_seconds = 72 * 3600;
    world.fetcher->answer(certificate_address(1), TestSigner(renewed).certificate_pem());
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.fetcher->asked().size() == 2);
    CHECK(world.cache->size() == 1);
}

TEST_CASE("A certificate of another issuer than the configured one is a failure") {
    const TempFile file(TestSigner().authority_pem());
    CertificateWorld world({}, TrustAnchors::load(file.path()).value());
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    CHECK(world.ask_and_wait(certificate_address(1))->code() == ErrorCode::tls_failed);
}

TEST_CASE("A certificate of the configured issuer is accepted") {
    const TempFile file(world_signer().authority_pem());
    CertificateWorld world({}, TrustAnchors::load(file.path()).value());
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
}

TEST_CASE("An address that never responds does not delay others") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    world.fetcher->answer(certificate_address(2), world_signer().certificate_pem());
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    world.fetcher->answer(certificate_address(3), world_signer().certificate_pem(), 24h * 365);
    const auto stuck = world.ask(certificate_address(3));
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.ask_and_wait(certificate_address(2))->succeeded());
    CHECK_FALSE(stuck->done());
}

TEST_CASE("The least recently used certificate is evicted") {
    CertificateWorld world({.certificates_max = 3});
    for (int i = 1; i <= 4; ++i)
        world.fetcher->answer(certificate_address(i), world_signer().certificate_pem());
    for (const int i : {1, 2, 3, 1, 4, 3, 1})
        CHECK(world.ask_and_wait(certificate_address(i))->succeeded());
    CHECK(world.cache->size() == 3);
    CHECK(world.cache->fetches() == 4);
    CHECK(world.ask_and_wait(certificate_address(2))->succeeded());
    CHECK(world.cache->fetches() == 5);
}

TEST_CASE("Failed addresses evict no kept certificate") {
    CertificateWorld world({.certificates_max = 2});
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    for (int i = 100; i < 400; ++i)
        CHECK_FALSE(world.ask_and_wait(certificate_address(i))->succeeded());
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.cache->fetches() == 301);
}

TEST_CASE("A destroyed cache cancels its fetches") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem(), 24h);
    const auto waiter = world.ask(certificate_address(1));
    world.clock.run_for(1s);
    CHECK(world.fetcher->under_way() == 1);
    world.cache.reset();
    world.clock.run_for(1s);
    REQUIRE(waiter->done());
    CHECK(waiter->code() == ErrorCode::canceled);
    CHECK(world.fetcher->under_way() == 0);
}
