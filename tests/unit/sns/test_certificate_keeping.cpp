// Certificates kept in the store, and those that are fetched again each day.
#include "unit/sns/certificate_world.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

Error nobody_there() {
    return {.code = ErrorCode::unreachable, .operation = "x", .subject = "x", .hint = {}};
}

std::optional<StoreFault> store_failing(std::string_view) {
    return StoreFault{
        .error = {.code = ErrorCode::store_failed, .operation = "x", .subject = "x", .hint = {}}};
}

}  // namespace

TEST_CASE("After a restart a certificate comes from the store, without a fetch") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    REQUIRE(world.ask_and_wait(certificate_address(1))->succeeded());
    world.restart_without_host();
    REQUIRE(world.kept->contains(certificate_address(1)));
    CHECK(world.kept->at(certificate_address(1)).pem == world_signer().certificate_pem());
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.fetcher->asked().empty());
    CHECK(world.reported.empty());
}

TEST_CASE(
    "A certificate from the store is checked like a fetched one, and an invalid one is removed and "
    "reported") {
    CertificateWorld world;
    KeptCertificate kept{.url = certificate_address(1),
                         .pem = world_signer().certificate_pem(),
                         .fetched_at = world.clock.wall()};
    std::optional<TrustAnchors> anchors;
    ErrorCode code = ErrorCode::bad_response;
    SECTION("expired") {
        world.clock.run_for(25h);
        code = ErrorCode::tls_failed;
    }
    SECTION("at a host that is not the topic's") {
        kept.url = "https://made-up.amazonaws.com" + kept.url.substr(kept.url.rfind('/'));
        code = ErrorCode::invalid_argument;
    }
    SECTION("at another path") {
        kept.url += "?x=1";
        code = ErrorCode::invalid_argument;
    }
    SECTION("no certificate") {
        kept.pem = "hello";
    }
    SECTION("of another name") {
        TestSubject subject = signing_subject();
        subject.alternative_names = "DNS:made-up.amazonaws.com";
        kept.pem = TestSigner(subject).certificate_pem();
    }
    SECTION("of another issuer") {
        const TempFile file(TestSigner().authority_pem());
        anchors = TrustAnchors::load(file.path()).value();
        code = ErrorCode::tls_failed;
    }
    world.kept->emplace(kept.url, kept);
    world.restart(std::move(anchors));
    CHECK_FALSE(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.fetcher->asked().size() == 1);
    CHECK(world.kept->empty());
    REQUIRE(world.reported.size() == 1);
    CHECK(world.reported.front().code == code);
    CHECK(world.reported.front().operation == "load a signing certificate from the store");
    CHECK(world.cache->size() == 0);
}

TEST_CASE("A certificate in use is fetched again every day, in the background") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), lasting_signer().certificate_pem(), 1s);
    REQUIRE(world.ask_and_wait(certificate_address(1))->succeeded());
    const Timestamp first = world.kept->at(certificate_address(1)).fetched_at;
    world.clock.run_for(23h);
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.cache->fetches() == 1);
    world.clock.run_for(2h);
    const MonoTime before = world.clock.now();
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.clock.now() == before);
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    world.clock.run_for(2s);
    CHECK(world.cache->fetches() == 2);
    CHECK(world.kept->at(certificate_address(1)).fetched_at > first);
    CHECK(world.reported.empty());
}

TEST_CASE("One that cannot be fetched again stays in use until it expires, and is retried every hour") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), lasting_signer().certificate_pem());
    REQUIRE(world.ask_and_wait(certificate_address(1))->succeeded());
    world.fetcher->answer(certificate_address(1), nobody_there());
    world.clock.run_for(24h);
    for (int minute = 0; minute < 180; ++minute) {
        REQUIRE(world.ask_and_wait(certificate_address(1))->succeeded());
        world.clock.run_for(1min);
    }
    CHECK(world.cache->fetches() == 1 + 3);
    CHECK(world.reported.size() == 3);
    CHECK(world.reported.front().code == ErrorCode::unreachable);
    world.clock.run_for(72h);
    CHECK(world.ask_and_wait(certificate_address(1))->code() == ErrorCode::unreachable);
}

TEST_CASE("A day counts from the fetch, also across a restart") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), lasting_signer().certificate_pem());
    REQUIRE(world.ask_and_wait(certificate_address(1))->succeeded());
    world.clock.run_for(20h);
    world.restart();
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.cache->fetches() == 0);
    world.clock.run_for(5h);
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    world.clock.run_for(1s);
    CHECK(world.cache->fetches() == 1);
}

TEST_CASE("The store keeps no more than memory does") {
    CertificateWorld world({.certificates_max = 3});
    for (int i = 1; i <= 5; ++i) {
        world.fetcher->answer(certificate_address(i), world_signer().certificate_pem());
        REQUIRE(world.ask_and_wait(certificate_address(i))->succeeded());
    }
    world.clock.run_for(1s);
    CHECK(world.kept->size() == 3);
    CHECK_FALSE(world.kept->contains(certificate_address(2)));
    world.settings.certificates_max = 1;
    world.restart_without_host();
    CHECK(world.ask_and_wait(certificate_address(5))->succeeded());
    world.clock.run_for(1s);
    CHECK(world.kept->size() == 1);
}

TEST_CASE("A store that fails is reported, and certificates are fetched as usual") {
    CertificateWorld world;
    world.fetcher->answer(certificate_address(1), world_signer().certificate_pem());
    world.clock.run_for(0s);
    world.store.set_fault_hook(store_failing);
    world.restart();
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    world.clock.run_for(1s);
    REQUIRE(world.reported.size() == 2);  // it is neither read nor written
    CHECK(world.reported.front().code == ErrorCode::store_failed);
    CHECK(world.ask_and_wait(certificate_address(1))->succeeded());
    CHECK(world.cache->fetches() == 1);
}
