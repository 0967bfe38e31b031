#include "bench/postgres_site.hpp"

#include "bench/page_source.hpp"
#include "store/postgres/copy.hpp"
#include "store/postgres/transaction.hpp"
#include "support/run_task.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

namespace carecloud::bench {

PostgresCluster& bench_cluster() {
    static PostgresCluster cluster(
        {.durable = true, .settings = {"shared_buffers = 128MB", "autovacuum_naptime = 60s"}});
    return cluster;
}

double seconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

PostgresContender::PostgresContender(bool keep_versions) {
    PostgresSettings settings = bench_cluster().fresh_database();
    settings.keep_versions = keep_versions;
    auto opened = PostgresStore::open(settings, clock_);
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = std::move(*opened);
    const StreamSpec spec = bench_spec();
    state_ = {.stream = spec.entity, .entity = spec.entity, .fingerprint = spec.fingerprint()};
}

void PostgresContender::insert(const PagePtr& page) {
    const Record& last = page->records.back();
    state_.cursor = Cursor{std::string(last.modified_text), last.modified, std::string(last.id)};
    state_.safe = SafePoint{state_.cursor->modified_text, last.modified};
    const auto done = run_task(io_, store_->commit({.stream = state_.stream, .page = page, .state = state_}));
    if (!done) throw std::runtime_error(done.error().message());
    if (done->changes() != page->records.size()) throw std::runtime_error("a page was not stored completely");
}

void PostgresContender::check_held(const PagePtr& page) {
    const auto done = run_task(io_, store_->commit({.stream = state_.stream, .page = page}));
    if (!done) throw std::runtime_error(done.error().message());
    if (done->unchanged != page->records.size()) throw std::runtime_error("a page is not held completely");
}

void PostgresContender::check_keys(const PagePtr& page) {
    std::vector<Key> keys;
    for (const Record& record : page->records)
        keys.push_back({std::string(record.id), std::string(record.modified_text), record.modified});
    const auto unknown = run_task(io_, store_->unknown(state_.stream, std::move(keys)));
    if (!unknown) throw std::runtime_error(unknown.error().message());
    if (!unknown->empty()) throw std::runtime_error("a page is not held completely");
}

BareCopy::BareCopy() : settings_(bench_cluster().fresh_database()), db_(settings_, settings_.hosts.front()) {
    db_.script(
        "CREATE TABLE bare (stream text NOT NULL, id text NOT NULL, modified text NOT NULL, hash bytea NOT "
        "NULL,"
        " seq bigint NOT NULL, kind text NOT NULL, deleted_at timestamptz, body text COMPRESSION lz4 NOT "
        "NULL)");
}

void BareCopy::insert(const Page& page) {
    PgTransaction transaction(db_);
    PgCopy copy(db_, "COPY bare FROM STDIN BINARY");
    for (const Record& record : page.records) {
        copy.row(8);
        copy.field("claim_attendance");
        copy.field(record.id);
        copy.field(record.modified_text);
        copy.field(record.hash);
        copy.field(++seq_);
        copy.field("created");
        copy.null_field();
        copy.field(record.body);
    }
    copy.end();
    transaction.commit();
}

}  // namespace carecloud::bench
