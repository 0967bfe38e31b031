#include "bench/bare_insert.hpp"
#include "bench/page_source.hpp"
#include "bench/sync_bench.hpp"
#include "bench/table.hpp"
#include "store/sqlite/connection.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>

namespace carecloud::bench {
namespace {

namespace fs = std::filesystem;

// Between two measured steps, so a run takes minutes.
constexpr std::size_t kFillTogether = 20;

struct Variant {
    std::string name;
    std::vector<std::string> sql;  // runs after the product's pragmas and schema, while the tables are empty
    std::size_t pages = 1;         // of 1000 records, per transaction
    bool beside = false;           // whether a separate thread and connection run the checkpoints
};

// Moves the log into the database concurrently with the writer. The writer itself only moves the rest, once the log has
// four times its usual size: while it writes, the log cannot restart.
class Checkpointer {
  public:
    explicit Checkpointer(const std::string& path) : path_(path), thread_([this] { run(); }) {}
    ~Checkpointer() {
        request(true);
        thread_.join();
    }
    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

    void after_commit(BareStore& store, std::uint64_t log_bytes) {
        if (log_bytes - started_at_ >= kLogBytes) {
            started_at_ = log_bytes;
            request(false);
        }
        if (log_bytes - began_at_ >= 4 * kLogBytes) {
            began_at_ = log_bytes;
            store.execute("PRAGMA wal_checkpoint(RESTART)");
        }
    }

  private:
    static constexpr std::uint64_t kLogBytes = 64U << 20U;

    void request(bool end) {
        const std::lock_guard lock(mutex_);
        (end ? ending_ : requested_) = true;
        changed_.notify_one();
    }

    void run() {
        Connection db(path_, {});
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return requested_ || ending_; });
            if (ending_) return;
            requested_ = false;
            lock.unlock();
            db.execute("PRAGMA wal_checkpoint(PASSIVE)");
            lock.lock();
        }
    }

    std::string path_;
    std::uint64_t started_at_ = 0;
    std::uint64_t began_at_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool requested_ = false;
    bool ending_ = false;
    std::thread thread_;
};

std::string page_size(int bytes) {
    return "PRAGMA journal_mode = DELETE; PRAGMA page_size = " + std::to_string(bytes) +
           "; VACUUM; PRAGMA journal_mode = WAL";
}

// wal_autocheckpoint counts pages.
std::string checkpoint_at(std::size_t mib, std::size_t page_bytes) {
    return "PRAGMA wal_autocheckpoint = " + std::to_string((mib << 20U) / page_bytes) +
           "; PRAGMA journal_size_limit = -1";
}

std::string cache_of(std::size_t mib) {
    return "PRAGMA cache_size = -" + std::to_string(mib << 10U);
}

std::vector<Variant> variants() {
    return {
        {"as the product", {}},
        {"checkpoint at 256 MiB", {checkpoint_at(256, 16384)}},
        {"checkpoint at 1 GiB", {checkpoint_at(1024, 16384)}},
        {"cache 256 MiB, checkpoint at 1 GiB", {cache_of(256), checkpoint_at(1024, 16384)}},
        {"pages of 8 KiB", {page_size(8192), checkpoint_at(64, 8192)}},
        {"pages of 8 KiB, checkpoint at 256 MiB", {page_size(8192), checkpoint_at(256, 8192)}},
        {"pages of 4 KiB, checkpoint at 256 MiB", {page_size(4096), checkpoint_at(256, 4096)}},
        {"checkpoint beside the writer", {"PRAGMA wal_autocheckpoint = 0"}, 1, true},
        {"the same, pages of 8 KiB", {page_size(8192), "PRAGMA wal_autocheckpoint = 0"}, 1, true},
        {"synchronous = NORMAL", {"PRAGMA synchronous = NORMAL"}},
        {"10 pages a transaction", {}, 10},
        {"index on 8 bytes of the id",
         {"DROP INDEX records_by_id", "CREATE INDEX records_by_id ON records (substr(id, 17, 8))"}},
        {"no index at all (the bound)", {"DROP INDEX records_by_id"}},
    };
}

// Records per second while the store grows from `from` to `to` pages, and log bytes per page.
struct Rate {
    double records = 0;
    double log_bytes = 0;
};

Rate fill(BareStore& store, PageSource& source, std::size_t pages, std::size_t together,
          Checkpointer* checkpointer) {
    const std::uint64_t log = store.log_bytes();
    double seconds = 0;
    for (std::size_t i = 0; i < pages; i += together) {
        std::vector<PagePtr> batch;
        for (std::size_t j = 0; j < together; ++j)
            batch.push_back(source.next());
        const auto start = std::chrono::steady_clock::now();
        store.insert(batch);
        if (checkpointer) checkpointer->after_commit(store, store.log_bytes());
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    const auto count = static_cast<double>(pages);
    return {count * kSourcePage / seconds, static_cast<double>(store.log_bytes() - log) / count};
}

// The cost of building the index once, from all rows.
std::string index_at_the_end(BareStore& store) {
    const auto start = std::chrono::steady_clock::now();
    store.execute("PRAGMA temp_store = FILE; CREATE UNIQUE INDEX records_by_id ON records (stream, id)");
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const auto records = static_cast<double>(store.number("SELECT count(*) FROM records"));
    return " without an index: building it at the end takes " + digits(seconds) + " s, " +
           digits(seconds * 1e6 / records) + " us a record\n";
}

}  // namespace

void measure_variants(const Options& options, const std::string& folder) {
    const std::size_t pages = std::max<std::size_t>(options.variants, 200'000) / kSourcePage;
    const std::size_t part = pages / 20;
    std::vector<std::vector<std::string>> rows{{"bare loop, random ids", "first 5 % records/s",
                                                "last 5 % records/s", "end/start", "log MB a page, start",
                                                "end"}};
    const std::vector<Variant> kinds = variants();
    for (const Variant& variant : kinds) {
        const std::string home = folder + "/variant";
        fs::remove_all(home);
        fs::create_directory(home);
        BareStore store(home + "/bare.db", variant.sql);
        PageSource source(Ids::random);
        std::optional<Checkpointer> checkpointer;
        if (variant.beside) checkpointer.emplace(home + "/bare.db");
        Checkpointer* const beside = checkpointer ? &*checkpointer : nullptr;
        const Rate first = fill(store, source, part, variant.pages, beside);
        fill(store, source, (pages - 2 * part) / kFillTogether * kFillTogether, kFillTogether, beside);
        const Rate last = fill(store, source, part, variant.pages, beside);
        rows.push_back({variant.name, digits(first.records), digits(last.records),
                        digits(last.records / first.records), digits(first.log_bytes / 1e6),
                        digits(last.log_bytes / 1e6)});
        if (&variant == &kinds.back()) std::cout << index_at_the_end(store) << std::flush;
        checkpointer.reset();
        store.close();
        fs::remove_all(home);
        std::cout << "." << std::flush;
    }
    print_table("growth to " + std::to_string(pages * kSourcePage) + " light records with other settings",
                rows);
}

}  // namespace carecloud::bench
