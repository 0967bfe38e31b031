// Each fault does what its name says, once, and the next response is correct.
#include "portal_fixture.hpp"

using namespace carecloud;

namespace {

PortalServerSettings quick() {
    PortalServerSettings settings;
    settings.slow = std::chrono::milliseconds(20);
    return settings;
}

const Headers kGzip{{"Accept-Encoding", "gzip"}};

}  // namespace

TEST_CASE("the gateway's refusals by name") {
    RunningPortal portal(quick());
    struct Row {
        const char* name;
        unsigned status;
        const char* body;
    };
    for (const Row& row :
         {Row{"429", 429, R"({"message":"Too Many Requests"})"},
          Row{"quota", 429, R"({"message":"Limit Exceeded"})"}, Row{"403", 403, R"({"message":"Forbidden"})"},
          Row{"413", 413, R"({"message":"Request Entity Too Large"})"},
          Row{"500", 500, R"({"message":"Internal server error"})"},
          Row{"502", 502, R"({"message":"Internal server error"})"},
          Row{"503", 503, R"({"message":"Service Unavailable"})"},
          Row{"504", 504, R"({"message":"Endpoint request timed out"})"}}) {
        CAPTURE(row.name);
        portal.fault(row.name);
        const auto answer = portal.query();
        CHECK(answer.status == row.status);
        CHECK(answer.body == row.body);
        CHECK(portal.query().status == 200);
        CHECK(portal->counts().faults.at(row.name) == 1);
    }
}

TEST_CASE("wrong responses: html, is-success-false, empty-list, wrong-workspace") {
    RunningPortal portal(quick());
    portal.fault("html");
    const auto html = portal.query();
    CHECK(html.status == 200);
    CHECK(html.header("Content-Type").starts_with("text/html"));
    portal.fault("is-success-false");
    const auto refused = portal.query();
    CHECK(refused.status == 200);
    CHECK(refused.json().at("isSuccess") == false);
    portal.fault("empty-list");
    CHECK(portal.query().json().at("data").empty());
    portal.fault("empty-list");
    CHECK(ask(portal->port(), "GET", "/api/appdata/claim_attendance/retrieve?id=x")
              .json()
              .at("data")
              .is_null());
    portal.fault("wrong-workspace");
    const auto foreign = portal.query();
    REQUIRE(foreign.json().at("data").size() == 20);
    const auto records = foreign.json().at("data");
    for (const auto& record : records) {
        CHECK(record.at("workspace_id") == "ffffffffffffffffffffffff");
        CHECK(record.at("bucket_id") == "ffffffffffffffffffffffff");
    }
}

TEST_CASE("broken bodies: not-json, duplicate-key, duplicate-id, deep-json, 33mib") {
    RunningPortal portal(quick());
    const std::string good = portal.query().body;
    portal.fault("not-json");
    const auto half = portal.query();
    CHECK_FALSE(half.failure);
    CHECK(half.status == 200);
    CHECK(half.body == good.substr(0, good.size() / 2));
    portal.fault("duplicate-key");
    const auto twice = portal.query();
    CHECK(twice.body.size() > good.size());
    CHECK(twice.body.ends_with(R"(],"data":[]})"));
    CHECK(twice.json().is_object());
    portal.fault("duplicate-id");
    const auto ids = portal.query();
    CHECK(ids.body.find(R"([{"_id":"ffffffffffffffffffffffff","_id":")") != std::string::npos);
    CHECK(ids.json().is_object());
    portal.fault("deep-json");
    const auto deep = portal.query();
    CHECK(deep.body.find(std::string(10'000, '[')) != std::string::npos);
    CHECK(nlohmann::json::accept(deep.body));
    portal.fault("33mib");
    CHECK(portal.query().body.size() > std::size_t{33} << 20);
    portal.fault("33mib");
    const auto bomb = portal.query(kByKey, kGzip);
    CHECK(bomb.body.size() < std::size_t{1} << 20);
}

TEST_CASE("broken transfers: cut, length, gzip-cut, reset, slow-head, slow-body") {
    RunningPortal portal(quick());
    const std::string good = portal.query().body;
    portal.fault("cut");
    const auto cut = portal.query();
    CHECK(cut.failure == boost::beast::http::error::partial_message);
    CHECK(cut.header("Content-Length") == std::to_string(good.size()));
    CHECK(cut.body == good.substr(0, good.size() / 2));
    portal.fault("length");
    const auto shorter = portal.query();
    CHECK_FALSE(shorter.failure);
    CHECK(shorter.body.size() < good.size());
    CHECK(good.starts_with(shorter.body));
    portal.fault("gzip-cut");
    const auto zipped = portal.query(kByKey, kGzip);
    CHECK_FALSE(zipped.failure);
    ByteBuffer text;
    Gunzip gunzip;
    CHECK(gunzip.inflate(zipped.body, 1 << 24, text) == GunzipStatus::corrupt);
    portal.fault("gzip-cut");
    CHECK(portal.query().body == good.substr(0, good.size() / 2));
    portal.fault("reset");
    const auto reset = portal.query();
    CHECK(reset.failure == boost::asio::error::connection_reset);
    CHECK(reset.status == 0);
    portal.fault("slow-head");
    const auto silent = portal.query();
    CHECK(silent.failure == boost::beast::http::error::end_of_stream);
    CHECK(silent.status == 0);
    portal.fault("slow-body");
    const auto slow = portal.query();
    CHECK(slow.failure == boost::beast::http::error::partial_message);
    CHECK(slow.status == 200);
    CHECK(portal->counts().statuses.at(0) == 2);
    CHECK(portal.query().body == good);
}

TEST_CASE("one record is corrupted, always the same, and only if it is returned in full") {
    RunningPortal portal(quick());
    const std::string good = portal.query().body;
    portal.fault("record-tab");
    const std::string first = portal.query().body;
    portal.fault("record-tab");
    CHECK(portal.query().body == first);
    REQUIRE(first.size() > good.size());
    const auto at = first.find("\"note\":\"a\tb\",");
    REQUIRE(at != std::string::npos);
    std::string without = first;
    without.erase(at, first.size() - good.size());
    CHECK(without == good);
    portal.fault("record-nan");
    const std::string nan = portal.query().body;
    CHECK(nan.find("\"note\":NaN,") == at);
    portal.fault("record-utf8");
    CHECK(portal.query().body.find("caf\xE9") == at + 8);
}

TEST_CASE("invalid lists: object-data, overfull; a byte-order mark before the JSON: bom") {
    RunningPortal portal(quick());
    const auto good = portal.query().json();
    portal.fault("object-data");
    CHECK(portal.query().json().at("data").at("items") == good.at("data"));
    portal.fault("overfull");
    const auto full = portal.query().json().at("data");
    REQUIRE(full.size() == good.at("data").size() + 1'000'000);
    CHECK(full.front() == good.at("data").front());
    CHECK(full.back().empty());
    portal.fault("bom");
    CHECK(portal.query().body.starts_with("\xEF\xBB\xBF{"));
}

TEST_CASE("zeros after the last gzip member, and a status line without a reason phrase") {
    RunningPortal portal(quick());
    const std::string good = portal.query().body;
    portal.fault("gzip-padding");
    const auto padded = portal.query(kByKey, kGzip);
    CHECK(padded.body.ends_with(std::string(512, '\0')));
    ByteBuffer text;
    Gunzip gunzip;
    REQUIRE(gunzip.inflate(padded.body, 1 << 24, text) == GunzipStatus::ok);
    CHECK(text.text() == good);
    CHECK(reply_head({.has_reason = false}, 0, true, "now").starts_with("HTTP/1.1 200\r\nDate: now\r\n"));
    portal.fault("no-reason");
    CHECK(portal.query().failure.failed());  // Beast's own client rejects that
}

TEST_CASE("the firewall refuses bodies of 8 KB, and accepts others") {
    RunningPortal portal(quick());
    portal.fault("firewall");
    CHECK(portal.query().status == 200);
    portal.fault("firewall");
    const std::string large =
        R"({"Take":20,"Query":{"$or":[{},{"x":")" + std::string(8 * 1024, 'x') + "\"}]}}";
    const auto refused = portal.query(large);
    CHECK(refused.status == 403);
    CHECK(refused.header("Content-Type") == "text/html");
    CHECK(portal->counts().faults.at("firewall") == 1);
}

TEST_CASE("every name of a fault is in the table, and each one's response is counted") {
    RunningPortal portal(quick());
    // For the lagging replica.
    CHECK(portal.control("POST", "/backup").status == 200);
    CHECK(portal.control("POST", "/touch", R"({"count":1})").status == 200);
    for (const FaultName& fault : fault_names()) {
        CAPTURE(fault.name);
        CHECK_FALSE(fault.what.empty());
        portal.fault(std::string(fault.name));
        const bool is_of_gzip = fault.name == "gzip-padding";
        if (fault.name == "firewall") continue;  // only for large requests
        const auto answer = is_of_gzip ? portal.query(kByKey, kGzip) : portal.query();
        const auto good = portal.query();
        const bool is_date_wrong = answer.header("Date").substr(0, 22) != good.header("Date").substr(0, 22);
        const bool odd = answer.failure || answer.status != 200 || answer.body != good.body || is_date_wrong;
        CHECK(odd);
        CHECK(portal->counts().faults.at(std::string(fault.name)) == 1);
    }
}

TEST_CASE(
    "a Date that is wrong or missing, a truncated list, a field that always differs, a wait of a month") {
    RunningPortal portal(quick());
    const auto good = portal.query();
    portal.fault("date-past");
    CHECK(portal.query().header("Date") == "Thu, 01 Jan 1970 00:00:00 GMT");
    portal.fault("date-ahead");
    CHECK(portal.query().header("Date") != good.header("Date"));
    portal.fault("date-hour-ahead");
    const std::string ahead(portal.query().header("Date"));
    portal.fault("date-hour-behind");
    const std::string behind(portal.query().header("Date"));
    CHECK(ahead != behind);
    CHECK(ahead != good.header("Date"));
    CHECK(behind != good.header("Date"));
    portal.fault("no-date");
    CHECK(portal.query().header("Date").empty());
    portal.fault("cut-list");
    const auto cut = portal.query().json().at("data");
    CHECK(cut.size() == 10);
    CHECK(cut.at(9) == good.json().at("data").at(9));
    portal.fault("signed-field");
    const auto first = portal.query().json().at("data").at(0);
    portal.fault("signed-field");
    CHECK(portal.query().json().at("data").at(0).at("signedUrl") != first.at("signedUrl"));
    portal.fault("retry-after-month");
    const auto asked = portal.query();
    CHECK(asked.status == 429);
    CHECK(asked.header("Retry-After") == "2678400");
    CHECK(portal.query().body == good.body);
}

TEST_CASE("probabilities are reproducible by the seed, and faults occur with the requested frequency") {
    PortalFaults first(9);
    PortalFaults second(9);
    for (PortalFaults* faults : {&first, &second}) {
        REQUIRE(faults->set_text("429:0.25").has_value());
        REQUIRE(faults->set_text("cut:0.25").has_value());
    }
    std::map<std::string, int> picked;
    for (int i = 0; i < 4'000; ++i) {
        const auto name = first.pick();
        CHECK(name == second.pick());
        ++picked[name.value_or("none")];
    }
    CHECK(picked["429"] > 900);
    CHECK(picked["429"] < 1'100);
    CHECK(picked["cut"] > 650);  // a quarter of the rest
    CHECK(picked["cut"] < 850);
    REQUIRE(first.set_text("429:0").has_value());
    REQUIRE(first.set_text("cut:1").has_value());
    for (int i = 0; i < 50; ++i)
        CHECK(first.pick() == "cut");
    first.clear();
    CHECK_FALSE(first.pick());
}

TEST_CASE("truncated lists: to half, to ten records, and by their bytes") {
    RunningPortal portal(quick(), 40);
    const auto count = [&] { return portal.query().json().at("data").size(); };
    const std::size_t all = count();
    REQUIRE(all == 40);
    portal.fault("cut-list");
    CHECK(count() == 20);
    portal.fault("cut-list-10");
    CHECK(count() == 10);
    CHECK(count() == 40);
    portal->with_service([](PortalService& service) {
        ModelSettings settings = service.model().settings();
        settings.list_bytes = 5'000;
        service.model().change_settings(settings);
    });
    const std::size_t few = count();
    CHECK(few > 1);
    CHECK(few < 20);
}

TEST_CASE("an unknown fault is rejected with a message") {
    PortalFaults faults(1);
    for (const char* text :
         {"", "nope", "429:", "429:x", "429:1.5", "429:-1", "429:nan", "429:0.5x", ":0.5"}) {
        CAPTURE(text);
        const auto result = faults.set_text(text);
        REQUIRE(result.has_error());
        CHECK_FALSE(result.error().hint.empty());
    }
}
