#include "unit/api/api_fixture.hpp"

#include "base/ascii.hpp"
#include "store/sqlite/connection.hpp"
#include "support/run_task.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

namespace carecloud {
namespace {

constexpr std::chrono::seconds kPatience{60};

std::unique_ptr<SqliteStore> opened(const std::string& path, Clock& clock) {
    auto store = SqliteStore::open({.path = path}, clock);
    if (!store) FAIL(store.error().message());
    return std::move(*store);
}

std::unique_ptr<SqliteReader> reader_of(const std::string& path) {
    auto reader = SqliteReader::open({.path = path});
    if (!reader) FAIL(reader.error().message());
    return std::move(*reader);
}

}  // namespace

ApiFixture::ApiFixture(const ApiAccess& access)
    : store_(opened(directory_.file("store.db"), clock_)),
      reader_(reader_of(directory_.file("store.db"))),
      api_({.clock = clock_,
            .reader = *reader_,
            .feed = feed_,
            .histories = histories,
            .host = host,
            .started_at = clock_.wall()},
           access) {
    host.store = store_.get();
    const auto loaded = run_task(io_, store_->note_first_pass("claim_attendance"));
    REQUIRE(loaded.has_value());
    store_->set_change_listener([this](std::uint64_t seq) { feed_.announce(seq); });
}

ApiFixture::~ApiFixture() {
    reader_->close();
}

void ApiFixture::commit(const std::vector<TestRecord>& records, const std::vector<TestInvalid>& invalid) {
    Batch batch{.stream = "claim_attendance", .page = make_page(records, invalid)};
    std::optional<Result<CommitSummary>> summary;
    boost::asio::co_spawn(io_, store_->commit(std::move(batch)),
                          [&](const std::exception_ptr&, Result<CommitSummary> outcome) {
                              summary.emplace(std::move(outcome));
                          });
    run_until([&] { return summary.has_value(); });
    REQUIRE(summary->has_value());
}

void ApiFixture::receive(const std::string& message_id) {
    Event event{.message_id = message_id,
                .topic_arn = "topic",
                .event_type = "attendance",
                .stream = "claim_attendance",
                .record_id = "r",
                .body = "{}"};
    REQUIRE(run_task(io_, store_->receive(std::move(event))).has_value());
}

void ApiFixture::sql(const std::string& statements) {
    Connection db(directory_.file("store.db"), "");
    db.execute(statements);
}

void ApiFixture::begin(ServerRequest request, std::function<void(ServerResponse)> done) {
    // The request must live until its response, as a session's does.
    auto held = std::make_shared<ServerRequest>(std::move(request));
    boost::asio::co_spawn(
        io_, api_.answer(*held),
        [held, done = std::move(done)](const std::exception_ptr& thrown, ServerResponse answer) {
            if (thrown) std::rethrow_exception(thrown);
            done(std::move(answer));
        });
}

void ApiFixture::run_until(const std::function<bool()>& done) {
    if (io_.stopped()) io_.restart();
    while (!done()) {
        if (io_.run_one_for(kPatience) == 0) FAIL("nothing more happens");
    }
}

ServerResponse ApiFixture::ask(ServerRequest request) {
    std::optional<ServerResponse> answer;
    begin(std::move(request), [&](ServerResponse got) { answer = std::move(got); });
    run_until([&] { return answer.has_value(); });
    return std::move(*answer);
}

ServerResponse ApiFixture::get(const std::string& target, std::vector<HttpHeader> headers) {
    return ask(get_request(target, std::move(headers)));
}

ServerResponse ApiFixture::post(const std::string& target, const std::string& body) {
    ServerRequest request = get_request(target);
    request.method = "POST";
    request.body = body;
    return ask(std::move(request));
}

ServerRequest get_request(const std::string& target, std::vector<HttpHeader> headers) {
    ServerRequest request{.method = "GET", .target = target, .headers = std::move(headers)};
    if (request.header("Host").empty()) request.headers.emplace_back("Host", "127.0.0.1:8461");
    return request;
}

std::string header_of(const ServerResponse& answer, std::string_view name) {
    for (const auto& [header, value] : answer.headers) {
        if (ascii_iequals(header, name)) return value;
    }
    return {};
}

nlohmann::json json_of(const ServerResponse& answer) {
    return nlohmann::json::parse(answer.body);
}

std::string problem_in(const ServerResponse& answer) {
    if (header_of(answer, "Content-Type") != "application/problem+json") return {};
    const nlohmann::json json = json_of(answer);
    for (const char* name : {"type", "title", "detail", "code", "hint"}) {
        if (!json.contains(name) || json.at(name).get<std::string>().empty()) return {};
    }
    if (json.at("status") != answer.status) return {};
    return std::to_string(answer.status) + " " + json.at("code").get<std::string>();
}

}  // namespace carecloud
