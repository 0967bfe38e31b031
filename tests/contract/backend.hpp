// The stores that the contract is checked with: how to open and reopen each, and how to read its content from outside.
//
//     TEMPLATE_TEST_CASE("…", "", SqliteBackend, PostgresBackend, MemoryBackend) {
//         TestType backend;
//         backend.commit({.stream = "s", .page = make_page({{.id = "a", .modified = "2024-01-01T00:00:00Z"}})});
//         CHECK(backend.content().records.size() == 1);
//     }
#pragma once

#include "store/certificates.hpp"
#include "store/inbox.hpp"
#include "store/postgres/postgres_store.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store.hpp"
#include "support/hand_clock.hpp"
#include "support/memory_inbox/memory_certificates.hpp"
#include "support/memory_inbox/memory_inbox.hpp"
#include "support/memory_store/memory_store.hpp"
#include "support/temp_dir.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

namespace carecloud {

inline const std::string kStream = "claim_attendance";  // the stream of tests that need only one

inline Key key(const std::string& id, const std::string& modified) {
    return {id, modified, Timestamp::parse(modified).value_or(Timestamp{})};
}

// The calls of a Store, each run to completion; an error fails the test.
class Backend {
  public:
    Backend();
    virtual ~Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    CommitSummary commit(Batch batch);
    Error commit_error(Batch batch);
    std::optional<StreamState> load(const std::string& stream);
    std::vector<std::size_t> unknown(const std::string& stream, std::vector<Key> keys);
    std::vector<std::optional<HeldRecord>> held(const std::string& stream, std::vector<std::string> ids);
    Rechecks rechecks(const std::string& stream, std::size_t limit);
    // For each open event of the stream: the change that brought the version held when the event arrived.
    std::vector<std::uint64_t> held_seqs(const std::string& stream);
    std::vector<Key> untried(Timestamp before, std::size_t limit);
    RequestCount requests(const std::string& month);
    void save_requests(const std::string& month, RequestCount count);
    std::map<std::string, Timestamp> first_passes();
    void note_first_pass(const std::string& stream);
    std::vector<Key> live(LiveRange range);
    std::uint64_t count_live(const std::string& stream, const std::string& modified_from);
    std::uint64_t save_pass(Job pass);
    std::vector<Job> passes();
    bool receive(Event event);
    // Returns the MessageIds in the order of the result.
    std::vector<std::string> open_events(const std::string& stream, std::size_t limit);
    std::size_t count_open();
    void settle(std::vector<Settlement> settlements);
    Announced announced(const std::string& stream, Timestamp from, Timestamp until);
    void note(Subscription subscription);
    std::vector<Subscription> subscriptions();
    std::vector<KeptCertificate> certificates();
    void save_certificate(KeptCertificate certificate);
    void remove_certificate(const std::string& url);

    HandClock& clock() { return clock_; }
    virtual Store& store() = 0;
    virtual Inbox& inbox() = 0;
    virtual CertificateStore& certificate_store() = 0;
    // Closes the store and reopens it with the content that it kept.
    virtual void reopen() = 0;
    // The store's content, read through its public interface.
    virtual StoreContent content() = 0;

  protected:
    boost::asio::io_context io_;
    HandClock clock_;
};

class MemoryBackend : public Backend {
  public:
    MemoryBackend();

    Store& store() override { return *store_; }
    Inbox& inbox() override { return *inbox_; }
    CertificateStore& certificate_store() override { return *certificates_; }
    void reopen() override;
    StoreContent content() override { return content_->tables; }

  private:
    std::shared_ptr<MemoryStoreContent> content_ = std::make_shared<MemoryStoreContent>();
    std::shared_ptr<MemoryInboxContent> inbox_content_ = std::make_shared<MemoryInboxContent>();
    std::unique_ptr<MemoryStore> store_;
    std::unique_ptr<MemoryInbox> inbox_;
    std::shared_ptr<MemoryCertificateContent> certificate_content_ =
        std::make_shared<MemoryCertificateContent>();
    std::unique_ptr<MemoryCertificates> certificates_;
};

class SqliteBackend : public Backend {
  public:
    explicit SqliteBackend(const FirstLoad& first_load = {});

    Store& store() override { return *store_; }
    Inbox& inbox() override { return *store_; }
    CertificateStore& certificate_store() override { return *store_; }
    void reopen() override;
    StoreContent content() override;
    std::string path() const { return directory_.file("store.db"); }

  private:
    TempDir directory_;
    FirstLoad first_load_;
    std::unique_ptr<SqliteStore> store_;
};

// Each instance has its own database on the program's private server.
class PostgresBackend : public Backend {
  public:
    PostgresBackend();

    Store& store() override { return *store_; }
    Inbox& inbox() override { return *store_; }
    CertificateStore& certificate_store() override { return *store_; }
    void reopen() override;
    StoreContent content() override;
    const PostgresSettings& settings() const { return settings_; }

  private:
    PostgresSettings settings_;
    std::unique_ptr<PostgresStore> store_;
};

// "2024-01-01T00:00:00.000Z" and `seconds` later.
Timestamp test_time(std::int64_t seconds = 0);
std::string test_time_text(std::int64_t seconds = 0);

// A stream's row with a cursor and a safe point at this time.
StreamState test_state(const std::string& stream, const std::string& modified, const std::string& id);

}  // namespace carecloud
