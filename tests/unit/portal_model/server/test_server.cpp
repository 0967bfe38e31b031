// The portal's port: documented calls, gateway, gzip, keep-alive, and invalid calls.
#include "portal/portal_certificates.hpp"
#include "portal_fixture.hpp"

#include <filesystem>

#include <boost/asio/ssl.hpp>

using namespace carecloud;

TEST_CASE("query, retrieve and refresh respond as documented") {
    RunningPortal portal;
    RawClient client(portal->port());
    const auto page = client.ask("POST", kQuery, kByKey);
    CHECK(page.status == 200);
    CHECK(page.json().at("isSuccess") == true);
    REQUIRE(page.json().at("data").size() == 20);
    CHECK_FALSE(page.header("Date").empty());
    CHECK(page.header("Server").find("tests") != std::string::npos);
    const std::string id = page.json().at("data").at(0).at("_id");
    // The same connection remains usable.
    const auto one = client.ask("GET", "/api/appdata/claim_attendance/retrieve?id=" + id);
    CHECK(one.json().at("data").at("_id") == id);
    const auto none = client.ask("GET", "/api/appdata/claim_attendance/retrieve?id=%7Bnone%22");
    CHECK(none.json().at("data").is_null());
    CHECK(client.ask("POST", "/api/status/refresh", "").json().at("isSuccess") == true);
    const PortalCounts counts = portal->counts();
    CHECK(counts.connections == 1);
    CHECK(counts.total_requests() == 4);
    CHECK(counts.records == 21);
}

TEST_CASE("a wrong key is the gateway's 403, whatever is requested") {
    PortalServerSettings settings;
    settings.service.gateway.api_key = "right";
    RunningPortal portal(settings);
    CHECK(portal.query().status == 403);
    CHECK(portal.query().body == R"({"message":"Forbidden"})");
    CHECK(portal.query(kByKey, {{"x-api-key", "wrong"}}).status == 403);
    CHECK(ask(portal->port(), "POST", "/api/status/refresh").status == 403);
    CHECK(portal.query(kByKey, {{"X-API-Key", "right"}}).status == 200);
}

TEST_CASE("workspace and bucket are in the header or the body") {
    PortalServerSettings settings;
    settings.service.model.workspace_id = "w1";
    RunningPortal portal(settings);
    CHECK(portal.query(kByKey, {{"X-Param-Override-WorkspaceId", "w1"}}).status == 200);
    CHECK(portal.query(kByKey, {{"X-Param-Override-WorkspaceId", "w2"}}).status == 403);
    CHECK(portal.query(R"({"WorkspaceId":"w2"})").status == 403);
}

TEST_CASE("beyond the burst: 429 Too Many Requests; beyond the quota: 429 Limit Exceeded") {
    PortalServerSettings settings;
    settings.service.gateway.per_second = 1e-6;
    settings.service.gateway.burst = 2;
    settings.service.gateway.retry_after_s = 7;
    RunningPortal portal(settings);
    CHECK(portal.query().status == 200);
    CHECK(portal.query().status == 200);
    const auto refused = portal.query();
    CHECK(refused.status == 429);
    CHECK(refused.body == R"({"message":"Too Many Requests"})");
    CHECK(refused.header("Retry-After") == "7");
    REQUIRE(portal.control("POST", "/settings", R"({"rate":null,"quota":1})").status == 200);
    CHECK(portal.query().status == 200);
    CHECK(portal.query().body == R"({"message":"Limit Exceeded"})");
}

TEST_CASE("the token bucket fills only with time and never above its burst") {
    PortalGateway gateway({.per_second = 2, .burst = 3});
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(gateway.check("", 100));
    CHECK(gateway.check("", 100).has_value());
    CHECK(gateway.check("", 100.25).has_value());
    CHECK_FALSE(gateway.check("", 100.5));
    CHECK(gateway.check("", 100.5).has_value());
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(gateway.check("", 1000));
    CHECK(gateway.check("", 1000).has_value());
    CHECK(gateway.quota_used() == 7);
}

TEST_CASE("gzip if requested, with the same bytes inside, and never if it is disabled") {
    RunningPortal portal;
    const std::string plain = portal.query().body;
    const auto zipped = portal.query(kByKey, {{"Accept-Encoding", "deflate, gzip"}});
    CHECK(zipped.header("Content-Encoding") == "gzip");
    ByteBuffer text;
    Gunzip gunzip;
    REQUIRE(gunzip.inflate(zipped.body, 1 << 24, text) == GunzipStatus::ok);
    CHECK(std::string_view(text.data.get(), text.size) == plain);
    REQUIRE(portal.control("POST", "/settings", R"({"gzip":false})").status == 200);
    CHECK(portal.query(kByKey, {{"Accept-Encoding", "gzip"}}).body == plain);
}

TEST_CASE("a response over the gateway's limit is 413") {
    RunningPortal portal;
    REQUIRE(portal.control("POST", "/settings", R"({"limit_bytes":5000})").status == 200);
    CHECK(portal.query().status == 413);
    CHECK(portal.query(R"({"Take":2})").status == 200);
}

TEST_CASE("pre-rendered responses are discarded when something changes") {
    PortalServerSettings settings;
    settings.service.cache_bytes = 1 << 20;
    RunningPortal portal(settings);
    const std::string first = portal.query().body;
    CHECK(portal.query().body == first);
    CHECK(portal->counts().records == 40);
    REQUIRE(portal.control("POST", "/touch", R"({"count":1})").status == 200);
    CHECK(portal.query().body != first);
}

TEST_CASE("unknown paths are 404, wrong methods 405, wrong bodies 400: the portal keeps running") {
    RunningPortal portal;
    const auto port = portal->port();
    CHECK(ask(port, "GET", "/").status == 404);
    CHECK(ask(port, "POST", "/appdata/claim_attendance/query", "{}").status == 404);
    CHECK(ask(port, "POST", "/api/appdata/claim_attendance/query/more", "{}").status == 404);
    CHECK(ask(port, "POST", "/api/appdata/nothing/query", "{}").status == 404);
    CHECK(ask(port, "GET", kQuery).status == 405);
    CHECK(ask(port, "GET", kQuery).header("Allow") == "POST");
    CHECK(ask(port, "DELETE", "/api/status/refresh").status == 405);
    CHECK(ask(port, "GET", "/api/appdata/claim_attendance/retrieve").status == 400);
    CHECK(portal.query("{").status == 400);
    CHECK(portal.query(R"({"Take":-1})").status == 400);
    CHECK(portal.query(R"({"Skip":1e300})").status == 400);
    CHECK(portal.query(std::string(2 << 20, ' ')).status == 413);
    CHECK(RawClient(port).exchange("nonsense\r\n\r\n").find("400 Bad Request") != std::string::npos);
    CHECK(RawClient(port).exchange(std::string(100'000, 'x')).find("200 OK") == std::string::npos);
    CHECK(RawClient(port)
              .exchange("POST " + std::string(kQuery) + " HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
              .empty());
    CHECK(RawClient(port).exchange(std::string("\0\1\2\3\r\n", 6)).find("200 OK") == std::string::npos);
    CHECK(portal.query().status == 200);
}

TEST_CASE("it does not listen beyond loopback") {
    for (const char* address : {"0.0.0.0", "::", "192.0.2.1", "example.org", ""}) {
        CAPTURE(address);
        PortalServerSettings settings;
        settings.address = address;
        const auto opened = PortalServer::open(std::move(settings));
        REQUIRE(opened.has_error());
        CHECK(opened.error().code == ErrorCode::invalid_argument);
    }
    PortalServerSettings taken;
    RunningPortal portal;
    taken.port = portal->port();
    CHECK(PortalServer::open(taken).error().code == ErrorCode::unreachable);
}

TEST_CASE("HTTPS with its own authority, for the configured names") {
    namespace asio = boost::asio;
    std::string path = (std::filesystem::temp_directory_path() / "portal_tls_XXXXXX").string();
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    const auto files = make_certificates(path, {"localhost", "127.0.0.1"});
    REQUIRE(files.has_value());
    PortalServerSettings settings;
    settings.tls = PortalTls{files->certificate_file, files->key_file};
    RunningPortal portal(settings);
    CHECK(portal->base_url().starts_with("https://127.0.0.1:"));

    const auto handshake = [&](const char* host, bool trusting) {
        asio::io_context context;
        asio::ssl::context tls(asio::ssl::context::tls_client);
        tls.set_verify_mode(asio::ssl::verify_peer);
        if (trusting) tls.load_verify_file(files->ca_file);
        asio::ssl::stream<asio::ip::tcp::socket> stream(context, tls);
        stream.set_verify_callback(asio::ssl::host_name_verification(host));
        stream.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), portal->port()});
        boost::system::error_code failure;
        stream.handshake(asio::ssl::stream_base::client, failure);
        return !failure;
    };
    CHECK(handshake("localhost", true));
    CHECK(handshake("127.0.0.1", true));
    CHECK_FALSE(handshake("portal.example.org", true));
    CHECK_FALSE(handshake("localhost", false));

    PortalServerSettings broken;
    broken.tls = PortalTls{files->ca_file, files->certificate_file};
    CHECK(PortalServer::open(broken).error().code == ErrorCode::tls_failed);
    CHECK(make_certificates("/dev/null/x", {"localhost"}).error().code == ErrorCode::store_failed);
    CHECK(make_certificates(path, {"not a host, at all"}).error().code == ErrorCode::tls_failed);
    std::filesystem::remove_all(path);
}
