// The content of /metrics: counts and states as reported, and nothing that is unknown.
#include "support/run_task.hpp"
#include "unit/api/api_fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// The value of that series; empty if there is none.
std::string value_of(const std::string& text, const std::string& series) {
    const std::size_t at = ("\n" + text).find("\n" + series + " ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + series.size() + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("counters are in the metrics from 0 on, by stream and outcome") {
    ApiFixture api;
    api.metrics.streams_begin({"claim", "claim_attendance"}, {});
    const std::string created = R"(carecloud_records_total{kind="created",stream="claim_attendance"})";
    CHECK(value_of(api.get("/metrics").body, created) == "0");
    api.metrics.committed("claim_attendance", {.created = 3, .updated = 2, .written = true}, 4ms);
    api.metrics.committed("claim_attendance", {.created = 4, .written = true}, 2ms);
    api.metrics.committed("claim_attendance", {.unchanged = 9}, 9s);
    api.metrics.request_ended("ok", 20ms);
    api.metrics.request_ended("rate_limited", 10ms);
    api.metrics.page_came();
    api.metrics.store_failed(ErrorCode::store_full);
    api.metrics.event_received("attendance", "fresh");
    api.metrics.event_refused("signature");
    api.metrics.event_settled(3s);
    PassReport pass;
    pass.stream = "claim";
    pass.took = 2s;
    api.metrics.pass_ended(pass, {});
    pass.error = Error{.code = ErrorCode::canceled, .operation = "query", .subject = {}, .hint = {}};
    api.metrics.pass_ended(pass, {});

    const ServerResponse answer = api.get("/metrics");
    CHECK(header_of(answer, "Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    const std::string& text = answer.body;
    CHECK(value_of(text, created) == "7");
    CHECK(value_of(text, R"(carecloud_records_total{kind="updated",stream="claim_attendance"})") == "2");
    CHECK(value_of(text, R"(carecloud_requests_total{code="ok"})") == "1");
    CHECK(value_of(text, R"(carecloud_requests_total{code="rate_limited"})") == "1");
    CHECK(value_of(text, "carecloud_request_seconds_count") == "2");
    CHECK(value_of(text, "carecloud_pages_total") == "1");
    CHECK(value_of(text, "carecloud_store_commit_seconds_count") == "2");
    CHECK(value_of(text, R"(carecloud_store_errors_total{code="store_full"})") == "1");
    CHECK(value_of(text, R"(carecloud_events_total{outcome="fresh",type="attendance"})") == "1");
    CHECK(value_of(text, R"(carecloud_events_refused_total{reason="signature"})") == "1");
    CHECK(value_of(text, R"(carecloud_event_settle_seconds_bucket{le="2"})") == "0");
    CHECK(value_of(text, R"(carecloud_event_settle_seconds_bucket{le="4"})") == "1");
    CHECK(value_of(text, R"(carecloud_passes_total{outcome="ok",stream="claim"})") == "1");
    CHECK(value_of(text, R"(carecloud_passes_total{outcome="failed",stream="claim"})") == "0");
    CHECK(value_of(text, "carecloud_pass_seconds_sum") == "2");
}

TEST_CASE("gauges are current: ready, open events, quarantine, quota, silence, pending confirmations") {
    ApiFixture api;
    api.metrics.streams_begin(api.host.entities(), {});
    api.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    api.receive("m-1");
    api.host.why = {{.text = "the disk is full"}};
    api.metrics.push_silent("claim", true);
    api.sql("INSERT INTO quota (month, requests, sent, reserved) VALUES ('" +
            month_of(SystemClock(api.io()).wall()) + "', 266, 250, 16)");
    Job pass{.kind = JobKind::reconcile, .stream = "claim", .status = JobStatus::awaiting_confirmation};
    const auto saved = run_task(api.io(), api.store().save_pass(pass));
    REQUIRE(saved);
    std::string text = api.get("/metrics").body;
    CHECK(value_of(text, "carecloud_ready") == "0");
    CHECK(value_of(text, "carecloud_state") == "2");
    CHECK(value_of(text, "carecloud_store_readable") == "1");
    CHECK(value_of(text, R"(carecloud_build_info{version="1.2.3"})") == "1");
    CHECK(value_of(text, "carecloud_events_open") == "1");
    CHECK(value_of(text, "carecloud_quarantined") == "0");
    CHECK(value_of(text, R"(carecloud_quota_requests{state="sent"})") == "250");
    CHECK(value_of(text, R"(carecloud_quota_requests{state="reserved"})") == "16");
    CHECK(value_of(text, "carecloud_quota_used_ratio") == "0.25");
    CHECK(value_of(text, R"(carecloud_push_silent{stream="claim"})") == "1");
    CHECK(value_of(text, R"(carecloud_push_silent{stream="claim_attendance"})") == "0");
    CHECK(value_of(text, R"(carecloud_reconcile_asking{stream="claim"})") == "1");
    CHECK(value_of(text, R"(carecloud_lag_seconds{stream="claim"})") == "");

    pass.status = JobStatus::done;
    REQUIRE(run_task(api.io(), api.store().save_pass(pass)));
    api.host.why[0].state = ServiceState::warning;
    api.metrics.push_silent("claim", false);
    text = api.get("/metrics").body;
    CHECK(value_of(text, "carecloud_ready") == "1");
    CHECK(value_of(text, "carecloud_state") == "1");
    CHECK(value_of(text, R"(carecloud_push_silent{stream="claim"})") == "0");
    CHECK(value_of(text, R"(carecloud_reconcile_asking{stream="claim"})") == "0");
}

TEST_CASE("records, disk, certificate, reconciliations and the process are measured") {
    ApiFixture api;
    std::string text = api.get("/metrics").body;
    for (const char* name : {"carecloud_store_bytes", "carecloud_disk_free_bytes", "process_open_fds",
                             "carecloud_certificate_end_timestamp_seconds",
                             R"(carecloud_reconciled_timestamp_seconds{stream="claim"})"}) {
        INFO(name);
        CHECK(value_of(text, name) == "");
    }
    api.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    api.host.used = {
        .process = ProcessUse{.cpu_seconds = 1.5,
                              .resident_bytes = 4096,
                              .virtual_bytes = 8192,
                              .open_fds = 7,
                              .max_fds = 1024,
                              .start_seconds = 1000.5},
        .store = {.disk = DiskUse{.folder = "/", .size_bytes = 100, .free_bytes = 25}, .bytes = 42}};
    api.host.ends = Timestamp{50 * Timestamp::ticks_per_second};
    api.host.doing = StreamSnapshot{.poll_every = 90s, .stretched = true};
    for (const JobStatus status : {JobStatus::done, JobStatus::failed}) {
        Job pass{.kind = JobKind::reconcile, .stream = "claim", .status = status};
        REQUIRE(run_task(api.io(), api.store().save_pass(pass)));
    }
    api.sql("UPDATE passes SET updated_at = '1970-01-01T00:01:00.000Z' WHERE state = 'done'");
    text = api.get("/metrics").body;
    CHECK(value_of(text, "process_cpu_seconds_total") == "1.5");
    CHECK(value_of(text, "process_resident_memory_bytes") == "4096");
    CHECK(value_of(text, "process_virtual_memory_bytes") == "8192");
    CHECK(value_of(text, "process_open_fds") == "7");
    CHECK(value_of(text, "process_max_fds") == "1024");
    CHECK(value_of(text, "process_start_time_seconds") == "1000.5");
    CHECK(value_of(text, "carecloud_store_bytes") == "42");
    CHECK(value_of(text, "carecloud_disk_size_bytes") == "100");
    CHECK(value_of(text, "carecloud_disk_free_bytes") == "25");
    CHECK(value_of(text, "carecloud_certificate_end_timestamp_seconds") == "50");
    CHECK(value_of(text, R"(carecloud_records_held{stream="claim"})") == "0");
    CHECK(value_of(text, R"(carecloud_reconciled_timestamp_seconds{stream="claim"})") == "60");
    CHECK(value_of(text, R"(carecloud_reconciled_timestamp_seconds{stream="claim_attendance"})") == "");
    CHECK(value_of(text, R"(carecloud_poll_every_seconds{stream="claim"})") == "90");
    CHECK(value_of(text, R"(carecloud_polls_stretched{stream="claim"})") == "1");
}

TEST_CASE("counters are reported if the store is unreadable, and figures of the store are omitted") {
    ApiFixture api;
    api.metrics.request_ended("ok", 1ms);
    api.sql("DROP TABLE quota");
    const ServerResponse answer = api.get("/metrics");
    CHECK(answer.status == 200);
    CHECK(value_of(answer.body, R"(carecloud_requests_total{code="ok"})") == "1");
    CHECK(value_of(answer.body, "carecloud_store_readable") == "0");
    CHECK(value_of(answer.body, "carecloud_events_open") == "");
    CHECK(value_of(answer.body, R"(carecloud_quota_requests{state="sent"})") == "");
}

TEST_CASE("with a token the metrics are sent only to clients that send it") {
    ApiFixture api({.token = "correct horse", .unix_socket = false});
    CHECK(api.get("/metrics", {{"Authorization", "Bearer correct horse"}}).status == 200);
    CHECK(problem_in(api.get("/metrics")) == "401 unauthorized");
}
