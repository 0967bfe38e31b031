#include "store/sqlite/sqlite_store.hpp"

#include "store/sqlite/open.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "store/sqlite/sqlite_store_impl.hpp"
#include "store/store.hpp"
#include "store/store_handle_of.hpp"

#include <utility>

namespace carecloud {
namespace {

std::vector<std::size_t> find_unknown(Tables& tables, const std::string& stream,
                                      const std::vector<Key>& keys) {
    std::vector<std::size_t> missing;
    tables.records.begin(stream, {});
    tables.quarantine.begin(stream, {});
    tables.doubts.begin(stream);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const bool known = tables.records.holds(keys[i]) || tables.doubts.holds(keys[i]) ||
                           (tables.quarantine.has_any() && tables.quarantine.holds(keys[i]));
        if (!known) missing.push_back(i);
    }
    return missing;
}

std::vector<std::optional<HeldRecord>> find_held(Tables& tables, const std::string& stream,
                                                 const std::vector<std::string>& ids) {
    std::vector<std::optional<HeldRecord>> found;
    found.reserve(ids.size());
    tables.records.begin(stream, {});
    tables.doubts.begin(stream);
    for (const std::string& id : ids) {
        found.push_back(tables.records.held(id));
        if (found.back()) found.back()->doubted = tables.doubts.ask_at(id).has_value();
    }
    return found;
}

class SqliteHandle : public StoreHandleOf<SqliteStore, SqliteReader> {
  public:
    SqliteHandle(std::unique_ptr<SqliteStore> store, std::unique_ptr<SqliteReader> reader, std::string path)
        : StoreHandleOf(std::move(store), std::move(reader)), path_(std::move(path)) {}

    Leases& leases() override { return leases_; }
    Peers* peers() override { return nullptr; }
    void set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) override {
        store_->set_change_listener(std::move(listener));
    }
    void set_peer_listener(std::function<void()> /*listener*/) override {}
    StoreUse use() const override { return store_use(path_); }

  private:
    std::string path_;
    SoleLeases leases_;
};

}  // namespace

SqliteStore::Impl::Impl(std::unique_ptr<Database> opened, std::unique_ptr<LiveKeys> opened_keys, Clock& time,
                        std::chrono::milliseconds quiet_after)
    : clock(time),
      generation(opened->generation()),
      database(std::move(opened)),
      thread([this] { database->release_memory(); }, quiet_after),
      events(thread, [this](const std::vector<ArrivedEvent>& arrived) { return write_events(arrived); }),
      keys(std::move(opened_keys)),
      key_thread([this] { keys->release_memory(); }, quiet_after) {}

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
    impl_->keys.reset();  // the database's own connection must close last: it moves the log
    impl_->database.reset();
}

const std::string& SqliteStore::generation() const {
    return impl_->generation;
}

Task<Result<>> SqliteStore::check_owned() {
    return impl_->thread.run<void>([database = impl_->database.get()] { return database->check_owned(); });
}

Task<Result<PruneReport>> SqliteStore::prune(KeepLimits limits) {
    return impl_->thread.run<PruneReport>(
        [database = impl_->database.get(), limits = std::move(limits)] { return database->prune(limits); });
}

Task<Result<ErasureReport>> SqliteStore::erase(ErasureRequest request) {
    return impl_->thread.run<ErasureReport>([database = impl_->database.get(), request = std::move(request),
                                             at = impl_->now()] { return database->erase(request, at); });
}

void SqliteStore::set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) {
    impl_->listener.set(std::move(listener));
}

Task<Result<CommitSummary>> SqliteStore::commit(Batch batch) {
    auto work = [database = impl_->database.get(), batch = std::move(batch), at = impl_->now()] {
        return database->commit(batch, at);
    };
    return impl_->listener.after(impl_->thread.run<CommitSummary>(std::move(work)));
}

Task<Result<std::optional<StreamState>>> SqliteStore::load_stream(std::string stream) {
    return impl_->read<std::optional<StreamState>>(
        "load stream " + stream, [stream](Tables& tables) { return tables.streams.load(stream); });
}

Task<Result<std::vector<std::size_t>>> SqliteStore::unknown(std::string stream, std::vector<Key> keys) {
    return impl_->read<std::vector<std::size_t>>(
        "look up keys of " + stream,
        [stream, keys = std::move(keys)](Tables& tables) { return find_unknown(tables, stream, keys); });
}

Task<Result<std::vector<std::optional<HeldRecord>>>> SqliteStore::held(std::string stream,
                                                                       std::vector<std::string> ids) {
    return impl_->read<std::vector<std::optional<HeldRecord>>>(
        "look up records of " + stream,
        [stream, ids = std::move(ids)](Tables& tables) { return find_held(tables, stream, ids); });
}

Task<Result<Rechecks>> SqliteStore::rechecks(std::string stream, std::size_t limit) {
    return impl_->read<Rechecks>("look up doubted records of " + stream, [stream, limit](Tables& tables) {
        Rechecks rechecks{.doubted = tables.doubts.next(stream, limit),
                          .omitted = tables.omitted.next(stream, limit),
                          .reversed_at = tables.doubts.reversed_at(stream)};
        ensure_rechecks(rechecks, limit);
        return rechecks;
    });
}

Task<Result<std::vector<Key>>> SqliteStore::untried(std::string stream, Timestamp now, std::size_t limit) {
    return impl_->read<std::vector<Key>>("look up the quarantine of " + stream,
                                         [stream, now, limit](Tables& tables) {
                                             tables.quarantine.begin(stream, {});
                                             return tables.quarantine.untried(now, limit);
                                         });
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

Task<Result<std::map<std::string, Timestamp>>> SqliteStore::first_passes() {
    return impl_->read<std::map<std::string, Timestamp>>(
        "read first passes", [](Tables& tables) { return tables.first_passes.all(); });
}

Task<Result<>> SqliteStore::note_first_pass(std::string stream) {
    return impl_->write<void>("write a first pass", [stream = std::move(stream), at = impl_->now()](
                                                        Tables& tables, Transaction& transaction) {
        tables.first_passes.note(stream, at);
        tables.records.begin(stream, at);
        tables.records.first_pass_ended();
        transaction.commit();
        tables.records.accept();
        return Result<>();
    });
}

Task<Result<std::uint64_t>> SqliteStore::save_pass(Job pass) {
    return impl_->write<std::uint64_t>("write a pass", [pass = std::move(pass), at = impl_->now()](
                                                           Tables& tables, Transaction& transaction) {
        const std::uint64_t id = tables.passes.save(pass, at);
        transaction.commit();
        return id;
    });
}

Task<Result<std::vector<Job>>> SqliteStore::passes() {
    return impl_->read<std::vector<Job>>("read passes", [](Tables& tables) { return tables.passes.all(); });
}

Task<Result<RequestCount>> SqliteStore::requests(std::string month) {
    return impl_->read<RequestCount>(
        "read the count of requests",
        [month = std::move(month)](Tables& tables) { return tables.quota.load(month); });
}

Task<Result<>> SqliteStore::save_requests(std::string month, RequestCount count) {
    return impl_->write<void>("count requests",
                              [month = std::move(month), count](Tables& tables, Transaction& transaction) {
                                  tables.quota.save(month, count);
                                  transaction.commit();
                                  return Result<>();
                              });
}

Result<std::unique_ptr<StoreHandle>> open_sqlite_store(const SqliteSettings& settings, Clock& clock) {
    auto store = SqliteStore::open(settings, clock);
    if (!store) return store.error();
    if (const auto usable = check_not_moved(settings); !usable) return usable.error();
    auto reader = SqliteReader::open(settings);
    if (!reader) return reader.error();
    return std::unique_ptr<StoreHandle>(
        std::make_unique<SqliteHandle>(std::move(*store), std::move(*reader), settings.path));
}

}  // namespace carecloud
