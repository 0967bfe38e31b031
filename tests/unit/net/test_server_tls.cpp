// HttpServer with TLS, and bytes sent to its port that are not TLS.
#include "net/client/http_client.hpp"
#include "net/server/tls_server.hpp"
#include "server_fixture.hpp"
#include "support/http/scripted_server.hpp"
#include "support/tls/test_certificates.hpp"

#include <chrono>

#include <catch2/catch.hpp>

namespace carecloud {

using namespace std::chrono_literals;

namespace {

std::shared_ptr<boost::asio::ssl::context> make_tls(TestAuthority& authority,
                                                    const TestSubject& subject = {}) {
    const TestCertificate pair = authority.issue(subject);
    const TempFile certificate(pair.certificate_pem);
    const TempFile key(pair.key_pem);
    auto tls = make_server_tls(certificate.path(), key.path());
    if (!tls) throw std::runtime_error(tls.error().message());
    return *tls;
}

struct TlsFixture {
    explicit TlsFixture(HttpServerSettings settings = {}) : server(with_tls(std::move(settings))) {}

    HttpServerSettings with_tls(HttpServerSettings settings) {
        settings.tls = make_tls(authority);
        return settings;
    }
    bool serves() {
        WireClient client(server);
        const bool secured = client.secure(authority.certificate_pem());
        return secured && client.send(get_request("/")) && status_of(client.answer()) == 200;
    }

    TestAuthority authority{"Test CA"};
    ServerFixture server;
};

// A client hello as large as that of OpenSSL 3.5, whose key share of X25519MLKEM768 fills a packet: here because of
// unknown protocol names.
std::string large_client_hello() {
    boost::asio::ssl::context context(boost::asio::ssl::context::tls_client);
    std::string protocols;
    for (int i = 0; i < 7; ++i)
        protocols += '\xc8' + std::string(200, static_cast<char>('a' + i));
    SSL_CTX_set_alpn_protos(context.native_handle(), reinterpret_cast<const unsigned char*>(protocols.data()),
                            static_cast<unsigned>(protocols.size()));
    const std::unique_ptr<SSL, void (*)(SSL*)> client(SSL_new(context.native_handle()), SSL_free);
    BIO* sent = BIO_new(BIO_s_mem());
    SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), sent);
    SSL_connect(client.get());  // sends the hello; there is no response
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(sent, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("requests over TLS, several on a connection, pipelined and large") {
    TlsFixture fixture;
    WireClient client(fixture.server);
    REQUIRE(client.secure(fixture.authority.certificate_pem()));
    REQUIRE(client.send(get_request("/1") + get_request("/2")));
    CHECK(body_of(client.answer()) == "GET /1\n");
    CHECK(body_of(client.answer()) == "GET /2\n");
    const std::string body(2 * 1024 * 1024, 'b');
    REQUIRE(client.send(post_request("/", body, "Connection: close\r\n")));
    CHECK(body_of(client.rest()) == "POST /\n" + body);
    CHECK(client.ended_orderly());  // with TLS's close_notify
    CHECK(fixture.server.counters().connections_accepted == 1);
    CHECK(fixture.serves());
}

TEST_CASE("our own client keeps a connection over TLS") {
    TlsFixture fixture;
    const TempFile roots(fixture.authority.certificate_pem());
    HttpClientSettings settings;
    settings.origin = {.tls = true, .host = "localhost", .port = fixture.server.server().port()};
    settings.ca_file = roots.path();
    const auto client = HttpClient::create(fixture.server.io().get_executor(), settings);
    REQUIRE(client.has_value());
    for (int i = 0; i < 3; ++i) {
        HttpRequest request{.target = "/kept"};
        const Result<HttpResponse> response =
            run(fixture.server.io(), (*client)->request(std::move(request)));
        REQUIRE(response.has_value());
        CHECK(response->text() == "GET /kept\n");
    }
    CHECK((*client)->connections_opened() == 1);
}

TEST_CASE(
    "a certificate expires with the first of its chain, and the message about an expired one has the date") {
    TestAuthority authority("Test CA");  // its own certificate is valid for a day
    const auto ends_in = [&](long seconds, bool with_authority) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const TestCertificate pair = authority.issue({.valid_to_seconds = seconds});
        const TempFile chain(pair.certificate_pem + (with_authority ? authority.certificate_pem() : ""));
        const TempFile key(pair.key_pem);
        const auto tls = make_server_tls(chain.path(), key.path());
        REQUIRE(tls);
        const auto end = certificate_end(**tls);
        REQUIRE(end);
        return std::chrono::seconds(end->seconds()) - std::chrono::floor<std::chrono::seconds>(now);
    };
    const auto is_about = [](std::chrono::seconds seen, std::chrono::seconds wanted) {
        return seen >= wanted - 60s && seen <= wanted + 60s;  // creating them may take a while
    };
    CHECK(is_about(ends_in(10 * 24 * 3600, false), 240h));
    CHECK(is_about(ends_in(10 * 24 * 3600, true), 24h));
    CHECK(is_about(ends_in(3600, true), 1h));
    CHECK(is_about(ends_in(-3600, true), -1h));
    CHECK_FALSE(certificate_end(boost::asio::ssl::context(boost::asio::ssl::context::tls_server)));
}

TEST_CASE("keys are exchanged only by fast groups, none of which is a finite field") {
    TlsFixture fixture;
    const auto agrees = [&](const std::string& group) {
        WireClient client(fixture.server);
        // Only OpenSSL 3.5 has X25519MLKEM768; the others are everywhere.
        if (!client.only_group(group)) return false;
        return client.secure(fixture.authority.certificate_pem()) && client.send(get_request("/")) &&
               status_of(client.answer()) == 200;
    };
    for (const char* group : {"X25519", "P-256", "P-384"}) {
        INFO(group);
        CHECK(agrees(group));
    }
    for (const char* group :
         {"ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192", "P-521", "X448"}) {
        INFO(group);
        REQUIRE(WireClient(fixture.server).only_group(group));
        CHECK_FALSE(agrees(group));
    }
    const bool hybrid_known = WireClient(fixture.server).only_group("X25519MLKEM768");
    CHECK(agrees("X25519MLKEM768") == hybrid_known);
    CHECK(fixture.server.counters().handshakes_failed >= 7);
}

TEST_CASE("plain HTTP to the TLS port gets an explanation") {
    TlsFixture fixture;
    WireClient client(fixture.server);
    REQUIRE(client.send(post_request("/", "body")));
    const std::string answer = client.rest();
    CHECK(status_of(answer) == 400);
    CHECK(answer.find("HTTPS") != std::string::npos);
    CHECK(client.ended_orderly());
    CHECK(fixture.server.counters().requests == 0);
    CHECK(fixture.serves());
}

TEST_CASE("garbage to the TLS port is disconnected") {
    TlsFixture fixture;
    const std::string hello("\x16\x03\x01\x00\x05hello", 10);
    const std::string old_hello("\x80\x2e\x01\x00\x02", 5);
    for (const std::string& garbage :
         {hello, old_hello, std::string(5000, '\0'), std::string(5000, '\xff')}) {
        WireClient client(fixture.server);
        client.send(garbage);
        CHECK(status_of(client.rest()) == 0);
    }
    CHECK(fixture.server.counters().handshakes_failed == 4);
    CHECK(fixture.serves());
}

TEST_CASE("a handshake that never completes is interrupted") {
    HttpServerSettings settings;
    settings.timeouts.handshake = 50ms;
    TlsFixture fixture(settings);
    WireClient silent(fixture.server);
    WireClient begun(fixture.server);
    REQUIRE(begun.send(std::string("\x16\x03\x01\x02\x00", 5)));
    CHECK(silent.rest().empty());
    CHECK(begun.rest().empty());
    CHECK(fixture.server.counters().connections_open == 0);
}

TEST_CASE("a client hello in several packets is answered") {
    TlsFixture fixture;
    const std::string hello = large_client_hello();
    REQUIRE(hello.size() > 1500);
    WireClient client(fixture.server);
    for (std::size_t at = 0; at < hello.size(); at += 500)
        REQUIRE(client.send(std::string_view(hello).substr(at, 500)));
    client.end_sending();
    const std::string answer = client.rest();
    REQUIRE(answer.size() > 5);
    CHECK(answer[0] == '\x16');  // a handshake record,
    CHECK(answer[5] == '\x02');  // the server hello
}

TEST_CASE("a half-closed or resetting TLS client does no harm") {
    TlsFixture fixture;
    WireClient half(fixture.server);
    REQUIRE(half.secure(fixture.authority.certificate_pem()));
    REQUIRE(half.send(get_request("/half")));
    half.end_sending();
    CHECK(body_of(half.rest()) == "GET /half\n");
    WireClient reset(fixture.server);
    REQUIRE(reset.secure(fixture.authority.certificate_pem()));
    REQUIRE(reset.send(get_request("/reset")));
    reset.reset();
    fixture.server.run_until([&] { return fixture.server.counters().connections_open == 0; });
    CHECK(fixture.serves());
}

TEST_CASE("the refusal of a bad request over TLS can be read") {
    TlsFixture fixture;
    WireClient client(fixture.server);
    REQUIRE(client.secure(fixture.authority.certificate_pem()));
    client.send(post_request("/", std::string(3 * 1024 * 1024, 'x')));
    CHECK(status_of(client.answer()) == 413);
    CHECK(fixture.serves());
}

TEST_CASE("a new certificate is for new connections") {
    TlsFixture fixture;
    WireClient before(fixture.server);
    REQUIRE(before.secure(fixture.authority.certificate_pem()));
    CHECK(before.certificate_subject().find("localhost") != std::string::npos);
    fixture.server.server().set_tls(make_tls(fixture.authority, {.subject = "renewed"}));
    WireClient after(fixture.server);
    REQUIRE(after.secure(fixture.authority.certificate_pem()));
    CHECK(after.certificate_subject().find("renewed") != std::string::npos);
    REQUIRE(before.send(get_request("/before")));
    CHECK(body_of(before.answer()) == "GET /before\n");
    REQUIRE(after.send(get_request("/after")));
    CHECK(body_of(after.answer()) == "GET /after\n");
}

TEST_CASE("TLS below 1.2 is refused") {
    TlsFixture fixture;
    WireClient client(fixture.server);
    boost::asio::ssl::context old(boost::asio::ssl::context::tls_client);
    SSL_CTX_set_security_level(old.native_handle(), 0);
    SSL_CTX_set_min_proto_version(old.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(old.native_handle(), TLS1_1_VERSION);
    boost::asio::ssl::stream<WireClient::Socket&> stream(client.socket(), old);
    std::optional<boost::system::error_code> ended;
    stream.async_handshake(boost::asio::ssl::stream_base::client,
                           [&](boost::system::error_code failure) { ended = failure; });
    fixture.server.run_until([&] { return ended.has_value(); });
    CHECK(ended->failed());
    CHECK(fixture.serves());
}

TEST_CASE("unusable TLS files are named") {
    TestAuthority authority("Test CA");
    const TestCertificate pair = authority.issue({});
    const TempFile certificate(pair.certificate_pem);
    const TempFile key(pair.key_pem);
    const TempFile other_key(authority.issue({}).key_pem);
    const TempFile rsa_key(authority.issue({.key = TestKeyKind::rsa2048}).key_pem);
    const TempFile nothing("nothing of the kind\n");
    const auto message = [](const std::string& certificate_file, const std::string& key_file) {
        const auto tls = make_server_tls(certificate_file, key_file);
        return tls ? std::string("no error") : tls.error().message();
    };
    using Catch::Contains;
    CHECK(message(certificate.path(), key.path()) == "no error");
    CHECK_THAT(message("/nowhere/c.pem", key.path()), Contains("certificate /nowhere/c.pem: No such file"));
    CHECK_THAT(message(certificate.path(), "/nowhere/k.pem"),
               Contains("private key /nowhere/k.pem: No such file"));
    CHECK_THAT(message(nothing.path(), key.path()), Contains("certificate " + nothing.path()));
    CHECK_THAT(message(certificate.path(), nothing.path()), Contains("private key " + nothing.path()));
    CHECK_THAT(message(certificate.path(), certificate.path()),
               Contains("private key " + certificate.path()));
    const std::string not_its_key = " does not match " + certificate.path();
    CHECK_THAT(message(certificate.path(), other_key.path()), Contains(other_key.path() + not_its_key));
    CHECK_THAT(message(certificate.path(), rsa_key.path()), Contains(rsa_key.path() + not_its_key));
}

}  // namespace carecloud
