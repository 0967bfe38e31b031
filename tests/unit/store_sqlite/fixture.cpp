#include "unit/store_sqlite/fixture.hpp"

#include "store/sqlite/connection.hpp"
#include "support/run_task.hpp"

#include <fstream>

#include <catch2/catch.hpp>

namespace carecloud {

StoreFixture::StoreFixture() : clock_(io_.get_executor(), *Timestamp::parse("2024-01-01T00:00:00Z")) {}

void StoreFixture::open(const SqliteSettings& settings) {
    close();
    auto opened = SqliteStore::open(settings, clock_);
    if (!opened) FAIL(opened.error().message());
    store_ = std::move(*opened);
}

Error StoreFixture::open_error(const SqliteSettings& settings) {
    const auto opened = SqliteStore::open(settings, clock_);
    if (opened) FAIL("the store was not to open");
    UNSCOPED_INFO(opened.error().message());
    return opened.error();
}

Result<CommitSummary> StoreFixture::commit(PagePtr page) {
    return run_task(io_,
                    store_->commit({.stream = "s", .page = std::move(page), .state = {}, .unreachable = {}}));
}

void StoreFixture::sql(const std::string& statements) {
    Connection db(path(), "");
    db.execute(statements);
}

std::string StoreFixture::value(const std::string& query) {
    Connection db(path(), "");
    return db.text(query);
}

PagePtr page_of(const std::string& prefix, std::size_t count, std::size_t size) {
    std::vector<TestRecord> records;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string body = R"({"v":")" + std::string(size, 'x') + "\"}";
        records.push_back(
            {.id = prefix + std::to_string(i), .modified = "2024-01-01T00:00:00Z", .body = body});
    }
    return make_page(records);
}

void overwrite(const std::string& path, std::uint64_t offset, const std::string& bytes) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    REQUIRE(file.good());
}

}  // namespace carecloud
