// An API on a SQLite store in a temporary directory, called without a socket.
//
//     ApiFixture api;
//     api.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
//     const ServerResponse answer = api.get("/v1/changes?since=0");
//     CHECK(json_of(answer).at("next") == 1);
//
// Used from one thread; the store has its own threads.
#pragma once

#include "api/api.hpp"
#include "runtime/system_clock.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/pages.hpp"
#include "support/temp_dir.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

namespace carecloud {

class TestHost : public ApiHost {
  public:
    std::string version() const override { return "1.2.3"; }
    std::vector<Reason> reasons() const override { return why; }
    std::vector<std::string> sns_reasons() const override { return why_no_events; }
    std::optional<RequestCount> requests(std::string_view /*month*/) const override { return counted; }
    std::optional<StreamSnapshot> snapshot(std::string_view /*entity*/) const override { return doing; }
    std::vector<Subscription> subscriptions() const override { return topics; }
    MachineUse machine() const override { return used; }
    std::optional<Timestamp> certificate_end() const override { return ends; }
    std::vector<std::string> entities() const override { return {"claim", "claim_attendance"}; }
    std::optional<std::uint64_t> monthly_quota() const override { return 1000; }
    bool nudge(std::string_view entity) override {
        if (running) nudged.emplace_back(entity);
        return running;
    }

    bool stands_by() const override { return standby; }
    Task<Result<std::optional<std::string>>> ask_leader(std::string request, Duration /*patience*/) override {
        co_return leader(std::move(request));
    }
    Task<Result<std::vector<DaemonRow>>> daemons() override { co_return rows; }

    Task<Result<std::uint64_t>> request_pass(Job pass) override { return store->save_pass(std::move(pass)); }
    bool cancel_pass(std::uint64_t id) override {
        if (running) canceled.push_back(id);
        return running;
    }

    Task<Result<ErasureReport>> erase(ErasureRequest request) override {
        return store->erase(std::move(request));
    }

    Task<Result<RetryReport>> retry_quarantined(RetryRequest request) override {
        retried.push_back(std::move(request));
        if (retry) co_return retry();
        co_return RetryReport{};
    }

    SqliteStore* store = nullptr;
    std::vector<RetryRequest> retried;
    std::function<Result<RetryReport>()> retry;  // empty: a default report
    std::vector<std::uint64_t> canceled;
    std::vector<Reason> why;
    std::vector<std::string> why_no_events;
    std::optional<RequestCount> counted;
    std::optional<StreamSnapshot> doing{
        StreamSnapshot{.in_pass = false, .until_next = std::chrono::minutes(3)}};
    std::vector<Subscription> topics;
    MachineUse used;
    std::optional<Timestamp> ends;
    std::vector<std::string> nudged;
    bool running = true;
    bool standby = false;
    std::function<std::optional<std::string>(std::string request)> leader;  // if this one stands by
    std::vector<DaemonRow> rows;
};

class ApiFixture {
  public:
    explicit ApiFixture(const ApiAccess& access = {});
    ~ApiFixture();
    ApiFixture(const ApiFixture&) = delete;
    ApiFixture& operator=(const ApiFixture&) = delete;

    // Commits one page of claim_attendance, after which its first walk has ended.
    void commit(const std::vector<TestRecord>& records, const std::vector<TestInvalid>& invalid = {});
    void receive(const std::string& message_id);
    void sql(const std::string& statements);

    // Returns the response; Host is 127.0.0.1 unless the headers contain another one.
    ServerResponse ask(ServerRequest request);
    ServerResponse get(const std::string& target, std::vector<HttpHeader> headers = {});
    ServerResponse post(const std::string& target, const std::string& body = {});
    // Sends a request without waiting: `done` receives the response.
    void begin(ServerRequest request, std::function<void(ServerResponse)> done);
    // Runs ready handlers until `done`; fails the test if that takes too long.
    void run_until(const std::function<bool()>& done);

    boost::asio::io_context& io() { return io_; }
    Api& api() { return api_; }
    SqliteStore& store() { return *store_; }
    ChangeFeed& feed() { return feed_; }

    TestHost host;
    Histories histories;
    Metrics& metrics = histories.metrics;

  private:
    TempDir directory_;
    boost::asio::io_context io_;
    SystemClock clock_{io_};
    std::unique_ptr<SqliteStore> store_;
    std::unique_ptr<SqliteReader> reader_;
    ChangeFeed feed_{clock_};
    Api api_;
};

ServerRequest get_request(const std::string& target, std::vector<HttpHeader> headers = {});
std::string header_of(const ServerResponse& answer, std::string_view name);
nlohmann::json json_of(const ServerResponse& answer);
// "400 bad_parameter"; empty if it is not a complete problem of RFC 9457.
std::string problem_in(const ServerResponse& answer);

}  // namespace carecloud
