#include "sns/https_fetcher.hpp"
#include "support/http/scripted_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// An https server with its own authority that sends `answer` to each request, or nothing if it is empty.
struct HttpsWorld {
    boost::asio::io_context io;
    TestAuthority authority{"Test CA"};
    TempFile ca_file{authority.certificate_pem()};
    std::unique_ptr<boost::asio::ssl::context> tls = server_tls(authority.issue({}));
    std::string answer;
    std::vector<std::string> requests;
    ScriptedServer server{io,
                          [this](Peer& peer) -> Task<> {
                              requests.push_back(co_await peer.read_request());
                              if (answer.empty()) co_await peer.wait_closed();
                              const bool written = co_await peer.write(answer);
                              if (!written) peer.close();
                          },
                          tls.get()};

    Result<std::string> fetch(HttpsFetcherSettings settings, std::string target = "/x.pem") {
        NetworkFetcher fetcher(std::move(settings));
        HttpUrl url{.origin = {.tls = true, .host = "localhost", .port = server.port()},
                    .target = std::move(target)};
        return run(io, fetcher.fetch(std::move(url), "fetch it"));
    }
    HttpsFetcherSettings settings() const { return {.ca_file = ca_file.path()}; }
};

}  // namespace

TEST_CASE("The body of a 2xx is fetched") {
    HttpsWorld world;
    world.answer = http_ok("hello");
    const Result<std::string> body = world.fetch(world.settings(), "/?Action=ConfirmSubscription&Token=x");
    REQUIRE(body.has_value());
    CHECK(*body == "hello");
    REQUIRE(world.requests.size() == 1);
    CHECK(world.requests.front().starts_with("GET /?Action=ConfirmSubscription&Token=x HTTP/1.1\r\n"));
}

TEST_CASE("Redirects are not followed, and other statuses are errors without the address's query") {
    const auto [status, code] =
        GENERATE(table<std::string, ErrorCode>({{"301 Moved", ErrorCode::refused},
                                                {"400 Bad Request", ErrorCode::refused},
                                                {"403 Forbidden", ErrorCode::refused},
                                                {"500 Oops", ErrorCode::server_failed}}));
    HttpsWorld world;
    world.answer = http_answer(status, "", "Location: https://localhost:1/\r\n");
    const Result<std::string> body = world.fetch(world.settings(), "/?Token=secret");
    REQUIRE_FALSE(body.has_value());
    CHECK(body.error().code == code);
    CHECK(body.error().operation == "fetch it");
    CHECK(body.error().message().find("secret") == std::string::npos);
    CHECK(world.requests.size() == 1);
}

TEST_CASE("A response larger than any certificate is refused") {
    HttpsWorld world;
    world.answer = http_ok(std::string(65 * 1024, 'x'));
    CHECK(world.fetch(world.settings()).error().code == ErrorCode::too_large);
}

TEST_CASE("A fetch from a host that never responds ends at the timeout") {
    HttpsWorld world;
    HttpsFetcherSettings settings = world.settings();
    settings.timeout = 50ms;
    CHECK(world.fetch(settings).error().code == ErrorCode::timed_out);
}

TEST_CASE("A host of an unknown authority is not trusted") {
    HttpsWorld world;
    world.answer = http_ok("hello");
    CHECK(world.fetch({}).error().code == ErrorCode::tls_failed);
    CHECK(world.requests.empty());
}

TEST_CASE("An unreadable CA file is an error") {
    HttpsWorld world;
    CHECK(world.fetch({.ca_file = "/nonexistent/ca.pem"}).error().code == ErrorCode::invalid_argument);
}
