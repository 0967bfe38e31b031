#include "contract/backend.hpp"

#include "contract/read_postgres.hpp"
#include "contract/read_sqlite.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"
#include "support/run_task.hpp"

#include <utility>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

template <class T>
T must(Result<T> result) {
    if (!result) FAIL(result.error().message());
    return std::move(*result);
}

}  // namespace

Backend::Backend() : clock_(io_.get_executor(), test_time()) {}

CommitSummary Backend::commit(Batch batch) {
    return must(run_task(io_, store().commit(std::move(batch))));
}

Error Backend::commit_error(Batch batch) {
    const auto result = run_task(io_, store().commit(std::move(batch)));
    if (result) FAIL("the commit was to fail");
    return result.error();
}

std::optional<StreamState> Backend::load(const std::string& stream) {
    return must(run_task(io_, store().load_stream(stream)));
}

std::vector<std::size_t> Backend::unknown(const std::string& stream, std::vector<Key> keys) {
    return must(run_task(io_, store().unknown(stream, std::move(keys))));
}

Rechecks Backend::rechecks(const std::string& stream, std::size_t limit) {
    return must(run_task(io_, store().rechecks(stream, limit)));
}

std::vector<std::uint64_t> Backend::held_seqs(const std::string& stream) {
    std::vector<std::uint64_t> found;
    for (const OpenEvent& event : must(run_task(io_, inbox().open_events(stream, 100))))
        found.push_back(event.held_seq);
    return found;
}

std::vector<Key> Backend::untried(Timestamp before, std::size_t limit) {
    return must(run_task(io_, store().untried("claim_attendance", before, limit)));
}

RequestCount Backend::requests(const std::string& month) {
    return must(run_task(io_, store().requests(month)));
}

void Backend::save_requests(const std::string& month, RequestCount count) {
    const auto saved = run_task(io_, store().save_requests(month, count));
    if (!saved) FAIL(saved.error().message());
}

std::map<std::string, Timestamp> Backend::first_passes() {
    return must(run_task(io_, store().first_passes()));
}

void Backend::note_first_pass(const std::string& stream) {
    const auto noted = run_task(io_, store().note_first_pass(stream));
    if (!noted) FAIL(noted.error().message());
}

std::vector<std::optional<HeldRecord>> Backend::held(const std::string& stream,
                                                     std::vector<std::string> ids) {
    return must(run_task(io_, store().held(stream, std::move(ids))));
}

std::vector<Key> Backend::live(LiveRange range) {
    return must(run_task(io_, store().live(std::move(range))));
}

std::uint64_t Backend::count_live(const std::string& stream, const std::string& modified_from) {
    return must(run_task(io_, store().count_live(stream, modified_from)));
}

std::uint64_t Backend::save_pass(Job pass) {
    return must(run_task(io_, store().save_pass(std::move(pass))));
}

std::vector<Job> Backend::passes() {
    return must(run_task(io_, store().passes()));
}

bool Backend::receive(Event event) {
    return must(run_task(io_, inbox().receive(std::move(event))));
}

std::vector<std::string> Backend::open_events(const std::string& stream, std::size_t limit) {
    std::vector<std::string> ids;
    for (const OpenEvent& event : must(run_task(io_, inbox().open_events(stream, limit))))
        ids.push_back(event.message_id);
    return ids;
}

std::size_t Backend::count_open() {
    return must(run_task(io_, inbox().count_open()));
}

void Backend::settle(std::vector<Settlement> settlements) {
    const auto settled = run_task(io_, inbox().settle(std::move(settlements)));
    if (!settled) FAIL(settled.error().message());
}

Announced Backend::announced(const std::string& stream, Timestamp from, Timestamp until) {
    return must(run_task(io_, inbox().announced(stream, from, until)));
}

void Backend::note(Subscription subscription) {
    const auto noted = run_task(io_, inbox().note_subscription(std::move(subscription)));
    if (!noted) FAIL(noted.error().message());
}

std::vector<Subscription> Backend::subscriptions() {
    return must(run_task(io_, inbox().subscriptions()));
}

std::vector<KeptCertificate> Backend::certificates() {
    return must(run_task(io_, certificate_store().certificates()));
}

void Backend::save_certificate(KeptCertificate certificate) {
    const auto saved = run_task(io_, certificate_store().save_certificate(std::move(certificate)));
    if (!saved) FAIL(saved.error().message());
}

void Backend::remove_certificate(const std::string& url) {
    const auto removed = run_task(io_, certificate_store().remove_certificate(url));
    if (!removed) FAIL(removed.error().message());
}

MemoryBackend::MemoryBackend() {
    MemoryBackend::reopen();
}

void MemoryBackend::reopen() {
    store_ = std::make_unique<MemoryStore>(content_, clock_);
    inbox_ = std::make_unique<MemoryInbox>(inbox_content_, clock_, content_);
    certificates_ = std::make_unique<MemoryCertificates>(certificate_content_);
}

SqliteBackend::SqliteBackend(const FirstLoad& first_load) : first_load_(first_load) {
    SqliteBackend::reopen();
}

void SqliteBackend::reopen() {
    store_.reset();
    store_ = must(SqliteStore::open({.path = path(), .first_load = first_load_}, clock_));
}

StoreContent SqliteBackend::content() {
    return read_sqlite(path());
}

PostgresBackend::PostgresBackend() : settings_(PostgresCluster::shared().fresh_database()) {
    PostgresBackend::reopen();
}

void PostgresBackend::reopen() {
    store_.reset();
    store_ = must(PostgresStore::open(settings_, clock_));
}

StoreContent PostgresBackend::content() {
    return read_postgres(settings_);
}

Timestamp test_time(std::int64_t seconds) {
    return {Timestamp::parse("2024-01-01T00:00:00Z")->ticks + seconds * Timestamp::ticks_per_second};
}

std::string test_time_text(std::int64_t seconds) {
    return test_time(seconds).to_string();
}

StreamState test_state(const std::string& stream, const std::string& modified, const std::string& id) {
    const Timestamp at = Timestamp::parse(modified).value();
    return {.stream = stream,
            .entity = stream,
            .fingerprint = R"({"entity":")" + stream + "\"}",
            .cursor = Cursor{modified, at, id},
            .safe = SafePoint{modified, at},
            .dialect = R"({"modified":"string"})",
            .updated_at = ""};
}

}  // namespace carecloud
