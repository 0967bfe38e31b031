#include "store/sqlite/sqlite_store.hpp"

#include "store/event_group.hpp"
#include "store/job_thread.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/live_keys.hpp"

#include <utility>

namespace carecloud {

struct SqliteStore::Impl {
    Impl(std::unique_ptr<Database> opened, std::unique_ptr<LiveKeys> opened_keys, Clock& time,
         std::chrono::milliseconds quiet_after)
        : clock(time),
          generation(opened->generation()),
          database(std::move(opened)),
          thread([this] { database->release_memory(); }, quiet_after),
          events(thread,
                 [this](const std::vector<ArrivedEvent>& arrived) { return database->receive(arrived); }),
          keys(std::move(opened_keys)),
          key_thread([this] { keys->release_memory(); }, quiet_after) {}

    // Time as the store notes it. On the I/O thread, where the clock lives.
    std::string now() const { return clock.wall().to_string_ms(); }

    using ChangeListener = std::function<void(std::uint64_t newest_seq)>;

    Clock& clock;
    std::string generation;
    // Shared with the commits under way, which may outlive the store.
    std::shared_ptr<ChangeListener> listener = std::make_shared<ChangeListener>();
    std::unique_ptr<Database> database;  // used by the thread alone; gone once closed
    JobThread thread;                    // ends before the database goes
    EventGroup events;
    std::unique_ptr<LiveKeys> keys;  // used by its thread alone
    JobThread key_thread;
};

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteSettings& settings, Clock& clock) {
    auto database = Database::open(settings);
    if (!database) return database.error();
    auto keys = LiveKeys::open(settings);
    if (!keys) return keys.error();
    auto impl = std::make_unique<Impl>(std::move(*database), std::move(*keys), clock, settings.quiet_after);
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(impl)));
}

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SqliteStore::~SqliteStore() {
    close();
}

void SqliteStore::close() {
    impl_->key_thread.close();
    impl_->thread.close();
    impl_->keys.reset();  // the database's own connection is the last to close: it moves the log
    impl_->database.reset();
}

const std::string& SqliteStore::generation() const {
    return impl_->generation;
}

Task<Result<>> SqliteStore::in_place() {
    return impl_->thread.run<void>([database = impl_->database.get()] { return database->in_place(); });
}

Task<Result<std::optional<StreamState>>> SqliteStore::load_stream(std::string stream) {
    auto work = [database = impl_->database.get(), stream = std::move(stream)] {
        return database->load_stream(stream);
    };
    return impl_->thread.run<std::optional<StreamState>>(std::move(work));
}

void SqliteStore::set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) {
    *impl_->listener = std::move(listener);
}

Task<Result<CommitSummary>> SqliteStore::commit(Batch batch) {
    const auto listener = impl_->listener;
    auto work = [database = impl_->database.get(), batch = std::move(batch), at = impl_->now()] {
        return database->commit(batch, at);
    };
    auto committing = impl_->thread.run<CommitSummary>(std::move(work));
    Result<CommitSummary> summary = co_await std::move(committing);
    if (summary && summary->changes() > 0 && *listener) (*listener)(summary->last_seq);
    co_return summary;
}

Task<Result<std::vector<std::size_t>>> SqliteStore::unknown(std::string stream, std::vector<Key> keys) {
    auto work = [database = impl_->database.get(), stream = std::move(stream), keys = std::move(keys)] {
        return database->unknown(stream, keys);
    };
    return impl_->thread.run<std::vector<std::size_t>>(std::move(work));
}

Task<Result<std::vector<std::optional<HeldRecord>>>> SqliteStore::held(std::string stream,
                                                                       std::vector<std::string> ids) {
    auto work = [database = impl_->database.get(), stream = std::move(stream), ids = std::move(ids)] {
        return database->held(stream, ids);
    };
    return impl_->thread.run<std::vector<std::optional<HeldRecord>>>(std::move(work));
}

Task<Result<Rechecks>> SqliteStore::rechecks(std::string stream, std::size_t limit) {
    auto work = [database = impl_->database.get(), stream = std::move(stream), limit] {
        return database->rechecks(stream, limit);
    };
    return impl_->thread.run<Rechecks>(std::move(work));
}

Task<Result<std::vector<Key>>> SqliteStore::untried(std::string stream, Timestamp before, std::size_t limit) {
    auto work = [database = impl_->database.get(), stream = std::move(stream), before, limit] {
        return database->untried(stream, before, limit);
    };
    return impl_->thread.run<std::vector<Key>>(std::move(work));
}

Task<Result<std::vector<Key>>> SqliteStore::live(LiveRange range) {
    auto work = [keys = impl_->keys.get(), range = std::move(range)] { return keys->read(range); };
    return impl_->key_thread.run<std::vector<Key>>(std::move(work));
}

Task<Result<std::uint64_t>> SqliteStore::count_live(std::string stream, std::string modified_from) {
    auto work = [keys = impl_->keys.get(), stream = std::move(stream), from = std::move(modified_from)] {
        return keys->count(stream, from);
    };
    return impl_->key_thread.run<std::uint64_t>(std::move(work));
}

Task<Result<std::uint64_t>> SqliteStore::save_pass(Job pass) {
    auto work = [database = impl_->database.get(), pass = std::move(pass), at = impl_->now()] {
        return database->save_pass(pass, at);
    };
    return impl_->thread.run<std::uint64_t>(std::move(work));
}

Task<Result<std::vector<Job>>> SqliteStore::passes() {
    auto work = [database = impl_->database.get()] { return database->passes(); };
    return impl_->thread.run<std::vector<Job>>(std::move(work));
}

Task<Result<std::map<std::string, Timestamp>>> SqliteStore::first_passes() {
    auto work = [database = impl_->database.get()] { return database->first_passes(); };
    return impl_->thread.run<std::map<std::string, Timestamp>>(std::move(work));
}

Task<Result<>> SqliteStore::note_first_pass(std::string stream) {
    auto work = [database = impl_->database.get(), stream = std::move(stream), at = impl_->now()] {
        return database->note_first_pass(stream, at);
    };
    return impl_->thread.run<void>(std::move(work));
}

Task<Result<RequestCount>> SqliteStore::requests(std::string month) {
    auto work = [database = impl_->database.get(), month = std::move(month)] {
        return database->requests(month);
    };
    return impl_->thread.run<RequestCount>(std::move(work));
}

Task<Result<>> SqliteStore::save_requests(std::string month, RequestCount count) {
    auto work = [database = impl_->database.get(), month = std::move(month), count] {
        return database->save_requests(month, count);
    };
    return impl_->thread.run<void>(std::move(work));
}

Task<Result<bool>> SqliteStore::receive(Event event) {
    return impl_->events.receive(std::move(event), impl_->now());
}

Task<Result<std::vector<OpenEvent>>> SqliteStore::open_events(std::string stream, std::size_t limit) {
    auto work = [database = impl_->database.get(), stream = std::move(stream), limit] {
        return database->open_events(stream, limit);
    };
    return impl_->thread.run<std::vector<OpenEvent>>(std::move(work));
}

Task<Result<std::size_t>> SqliteStore::count_open() {
    return impl_->thread.run<std::size_t>(
        [database = impl_->database.get()] { return database->count_open(); });
}

Task<Result<>> SqliteStore::settle(std::vector<Settlement> settlements) {
    auto work = [database = impl_->database.get(), settlements = std::move(settlements), at = impl_->now()] {
        return database->settle(settlements, at);
    };
    return impl_->thread.run<void>(std::move(work));
}

Task<Result<Announced>> SqliteStore::announced(std::string stream, Timestamp from, Timestamp until) {
    auto work = [database = impl_->database.get(), stream = std::move(stream), from = from.to_string_ms(),
                 until = until.to_string_ms()] { return database->announced(stream, from, until); };
    return impl_->thread.run<Announced>(std::move(work));
}

Task<Result<>> SqliteStore::note_subscription(Subscription subscription) {
    auto work = [database = impl_->database.get(), subscription = std::move(subscription),
                 at = impl_->now()] { return database->note_subscription(subscription, at); };
    return impl_->thread.run<void>(std::move(work));
}

Task<Result<std::vector<Subscription>>> SqliteStore::subscriptions() {
    auto work = [database = impl_->database.get()] { return database->subscriptions(); };
    return impl_->thread.run<std::vector<Subscription>>(std::move(work));
}

Task<Result<std::vector<KeptCertificate>>> SqliteStore::certificates() {
    auto work = [database = impl_->database.get()] { return database->certificates(); };
    return impl_->thread.run<std::vector<KeptCertificate>>(std::move(work));
}

Task<Result<>> SqliteStore::save_certificate(KeptCertificate certificate) {
    auto work = [database = impl_->database.get(), certificate = std::move(certificate)] {
        return database->save_certificate(certificate);
    };
    return impl_->thread.run<void>(std::move(work));
}

Task<Result<>> SqliteStore::remove_certificate(std::string url) {
    auto work = [database = impl_->database.get(), url = std::move(url)] {
        return database->remove_certificate(url);
    };
    return impl_->thread.run<void>(std::move(work));
}

}  // namespace carecloud
