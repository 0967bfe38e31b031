#include "store/postgres/postgres_store.hpp"

#include "store/postgres/erasing.hpp"
#include "store/postgres/postgres_store_impl.hpp"
#include "store/postgres/pruning.hpp"
#include "store/postgres/store_queries.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr std::chrono::hours kQuiet{1};  // there is nothing to release

}  // namespace

PostgresStore::Impl::Impl(const PostgresSettings& settings, std::unique_ptr<PgWriter> opened,
                          PgSchemaState found, Clock& time)
    : clock(time),
      schema(found),
      channel(settings.schema),
      writer(std::move(opened)),
      thread([] {}, kQuiet),
      inbox_link(settings),
      inbox_thread([] {}, kQuiet),
      events(inbox_thread,
             [this](const std::vector<ArrivedEvent>& arrived) { return write_events(arrived); }),
      slow_link(slow_settings(settings)),
      slow_thread([] {}, kQuiet) {}

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const PostgresSettings& settings, Clock& clock) {
    auto writer = std::make_unique<PgWriter>(settings);
    const auto schema = writer->link().run<PgSchemaState>(
        "open store",
        [&](PgConnection& db) -> Result<PgSchemaState> { return migrate_schema(db, settings.schema); });
    if (!schema) return schema.error();
    auto impl = std::make_unique<Impl>(settings, std::move(writer), *schema, clock);
    return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(impl)));
}

PostgresStore::PostgresStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

PostgresStore::~PostgresStore() {
    close();
}

void PostgresStore::close() {
    impl_->slow_thread.close();
    impl_->inbox_thread.close();
    impl_->thread.close();
    impl_->slow_link.disconnect();
    impl_->inbox_link.disconnect();
    impl_->writer->link().disconnect();
}

bool PostgresStore::has_lz4() const {
    return impl_->schema.has_lz4;
}

Task<Result<CommitSummary>> PostgresStore::commit(Batch batch) {
    auto work = [writer = impl_->writer.get(), batch = std::move(batch), at = impl_->now(),
                 term = impl_->term] { return writer->commit(batch, at, term); };
    return impl_->listener.after(impl_->thread.run<CommitSummary>(std::move(work)));
}

void PostgresStore::set_fence(std::optional<Fence> fence) {
    if (fence == impl_->term.fence) return;
    impl_->term = {.number = impl_->term.number + 1, .fence = std::move(fence)};
}

const std::optional<Fence>& PostgresStore::fence() const {
    return impl_->term.fence;
}

// The server owns the data: a failed call reports its reason, and the next one may succeed. The store cannot be lost
// like a file that was replaced.
Task<Result<>> PostgresStore::check_owned() {
    return impl_->thread.run<void>([] { return Result<>(); });
}

Task<Result<PruneReport>> PostgresStore::prune(KeepLimits limits) {
    auto work = [writer = impl_->writer.get(), term = impl_->term, limits = std::move(limits)] {
        writer->keep_versions(limits.keep_versions);
        return writer->write<PruneReport>(
            "prune", term, [&](PgConnection& db, PgTransaction& transaction) -> Result<PruneReport> {
                const PruneReport report = prune_slice(db, limits);
                if (report.written) transaction.commit();
                return report;
            });
    };
    return impl_->thread.run<PruneReport>(std::move(work));
}

Task<Result<ErasureReport>> PostgresStore::erase(ErasureRequest request) {
    return impl_->thread.run<ErasureReport>(
        [writer = impl_->writer.get(), request = std::move(request), at = impl_->now()] {
            return erase_record(writer->link(), request, at);
        });
}

void PostgresStore::set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) {
    impl_->listener.set(std::move(listener));
}

Task<Result<std::optional<StreamState>>> PostgresStore::load_stream(std::string stream) {
    return impl_->read<std::optional<StreamState>>(
        "load stream " + stream, [stream](PgConnection& db) { return read_stream_state(db, stream); });
}

Task<Result<std::vector<std::size_t>>> PostgresStore::unknown(std::string stream, std::vector<Key> keys) {
    return impl_->read<std::vector<std::size_t>>(
        "look up keys of " + stream,
        [stream, keys = std::move(keys)](PgConnection& db) { return find_unknown_keys(db, stream, keys); });
}

Task<Result<std::vector<std::optional<HeldRecord>>>> PostgresStore::held(std::string stream,
                                                                         std::vector<std::string> ids) {
    using Found = std::vector<std::optional<HeldRecord>>;
    return impl_->read<Found>(
        "look up records of " + stream,
        [stream, ids = std::move(ids), writer = impl_->writer.get(), term = impl_->term](PgConnection& db) {
            Result<Found> found = find_held_records(db, stream, ids);
            for (auto& record : *found) {
                if (record) record->asked = writer->asked(record->seq, term);
            }
            return found;
        });
}

Task<Result<Rechecks>> PostgresStore::rechecks(std::string stream, std::size_t limit) {
    return impl_->read<Rechecks>("look up doubted records of " + stream, [stream, limit](PgConnection& db) {
        Result<Rechecks> rechecks = read_rechecks(db, stream, limit);
        ensure_rechecks(*rechecks, limit);
        return rechecks;
    });
}

Task<Result<std::vector<Key>>> PostgresStore::untried(std::string stream, Timestamp now, std::size_t limit) {
    return impl_->read<std::vector<Key>>(
        "look up the quarantine of " + stream,
        [stream, now, limit](PgConnection& db) { return read_untried(db, stream, now, limit); });
}

Task<Result<std::vector<Key>>> PostgresStore::live(LiveRange range) {
    std::string operation = "read keys of " + range.stream;
    return impl_->read_slowly<std::vector<Key>>(std::move(operation),
                                                [range = std::move(range)](PgConnection& db) {
                                                    Result<std::vector<Key>> keys = read_live_keys(db, range);
                                                    ensure_live(range, *keys);
                                                    return keys;
                                                });
}

Task<Result<std::uint64_t>> PostgresStore::count_live(std::string stream, std::string modified_from) {
    return impl_->read_slowly<std::uint64_t>("count records of " + stream,
                                             [stream, from = std::move(modified_from)](PgConnection& db) {
                                                 return count_live_keys(db, stream, from);
                                             });
}

Task<Result<std::map<std::string, Timestamp>>> PostgresStore::first_passes() {
    return impl_->read<std::map<std::string, Timestamp>>(
        "read first passes", [](PgConnection& db) { return read_first_passes(db); });
}

Task<Result<>> PostgresStore::note_first_pass(std::string stream) {
    return impl_->write<void>("write a first pass", [stream = std::move(stream), at = impl_->now()](
                                                        PgConnection& db, PgTransaction& transaction) {
        put_first_pass(db, stream, at);
        transaction.commit();
        return Result<>();
    });
}

Task<Result<std::uint64_t>> PostgresStore::save_pass(Job pass) {
    return impl_->write<std::uint64_t>("write a pass", [pass = std::move(pass), at = impl_->now()](
                                                           PgConnection& db, PgTransaction& transaction) {
        Result<std::uint64_t> id = put_pass(db, pass, at);
        if (id) transaction.commit();
        return id;
    });
}

Task<Result<std::vector<Job>>> PostgresStore::passes() {
    return impl_->read<std::vector<Job>>("read passes", [](PgConnection& db) { return read_all_passes(db); });
}

Task<Result<RequestCount>> PostgresStore::requests(std::string month) {
    return impl_->read<RequestCount>(
        "read the count of requests",
        [month = std::move(month)](PgConnection& db) { return read_requests(db, month); });
}

Task<Result<>> PostgresStore::save_requests(std::string month, RequestCount count) {
    return impl_->write<void>(
        "count requests", [month = std::move(month), count](PgConnection& db, PgTransaction& transaction) {
            put_requests(db, month, count);
            transaction.commit();
            return Result<>();
        });
}

}  // namespace carecloud
