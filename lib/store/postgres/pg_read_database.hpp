// The reader's queries as blocking calls on a connection that only reads; PostgresReader runs them on its threads.
// Calls are as in Reader unless stated otherwise. Nothing throws.
//
// A call whose connection ends fails, and the next one reconnects (link.hpp).
#pragma once

#include "base/error.hpp"
#include "store/blocking_reader.hpp"
#include "store/postgres/link.hpp"
#include "store/record_list.hpp"
#include "store/version_chain.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class PgReadDatabase : public BlockingReader {
  public:
    // Connects to the store of `settings`, which must exist.
    static Result<std::unique_ptr<PgReadDatabase>> open(const PostgresSettings& settings,
                                                        const ReadBounds& bounds);

    Result<ChangePage> changes(std::uint64_t since, std::size_t limit) override;
    Result<std::optional<RecordRow>> record(const std::string& stream, const std::string& id) override;
    Result<RecordPage> records(const RecordFilter& filter) override;
    Result<std::optional<VersionPage>> versions(const std::string& stream, const std::string& id,
                                                std::optional<std::uint64_t> before,
                                                std::size_t limit) override;
    Result<std::optional<VersionBody>> version(const std::string& stream, const std::string& id,
                                               std::uint64_t seq) override;
    Result<RecordLife> life(const std::string& stream, const std::string& id) override;
    Result<EventPage> events(std::optional<EventState> state, std::optional<std::uint64_t> before,
                             std::size_t limit) override;
    Result<QuarantinePage> quarantine(const std::optional<QuarantineKey>& after, std::size_t limit) override;
    Result<std::optional<QuarantineRow>> quarantined(const QuarantineKey& key) override;
    Result<std::vector<Job>> passes(std::size_t limit) override;
    Result<std::optional<Job>> pass(std::uint64_t id) override;
    Result<StoreCounts> counts(const std::string& month) override;
    Result<std::uint64_t> count_records(const std::string& stream) override;

    // A connection uses little memory.
    void release_memory() override {}

  private:
    PgReadDatabase(const PostgresSettings& settings, const ReadBounds& bounds);

    PgLink link_;
    ReadBounds bounds_;
};

}  // namespace carecloud
