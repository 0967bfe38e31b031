#include "store/sqlite/sqlite_handle.hpp"

#include "store/sqlite/sqlite_reader.hpp"

#include <utility>

namespace carecloud {
namespace {

class SqliteHandle : public StoreHandle {
  public:
    SqliteHandle(std::unique_ptr<SqliteStore> store, std::unique_ptr<SqliteReader> reader)
        : store_(std::move(store)), reader_(std::move(reader)) {}

    Store& store() override { return *store_; }
    Inbox& inbox() override { return *store_; }
    CertificateStore& certificates() override { return *store_; }
    Reader& reader() override { return *reader_; }
    void set_change_listener(std::function<void(std::uint64_t newest_seq)> listener) override {
        store_->set_change_listener(std::move(listener));
    }
    Task<Result<>> check_owned() override { return store_->check_owned(); }
    void close() override {
        reader_->close();
        store_->close();
    }

  private:
    std::unique_ptr<SqliteStore> store_;
    std::unique_ptr<SqliteReader> reader_;  // closed before the store
};

}  // namespace

Result<std::unique_ptr<StoreHandle>> open_sqlite_store(const SqliteSettings& settings, Clock& clock) {
    auto store = SqliteStore::open(settings, clock);
    if (!store) return store.error();
    auto reader = SqliteReader::open(settings);
    if (!reader) return reader.error();
    return std::unique_ptr<StoreHandle>(
        std::make_unique<SqliteHandle>(std::move(*store), std::move(*reader)));
}

}  // namespace carecloud
