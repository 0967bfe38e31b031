// Reads a store's content with blocking calls, on one thread at a time (see ThreadedReader). Calls are as in Reader
// unless stated otherwise. Nothing throws.
#pragma once

#include "base/error.hpp"
#include "store/reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

class BlockingReader {
  public:
    BlockingReader() = default;
    BlockingReader(const BlockingReader&) = delete;
    BlockingReader& operator=(const BlockingReader&) = delete;
    virtual ~BlockingReader() = default;

    virtual Result<ChangePage> changes(std::uint64_t since, std::size_t limit) = 0;
    virtual Result<std::optional<RecordRow>> record(const std::string& stream, const std::string& id) = 0;
    virtual Result<RecordPage> records(const RecordFilter& filter) = 0;
    virtual Result<std::optional<VersionPage>> versions(const std::string& stream, const std::string& id,
                                                        std::optional<std::uint64_t> before,
                                                        std::size_t limit) = 0;
    virtual Result<std::optional<VersionBody>> version(const std::string& stream, const std::string& id,
                                                       std::uint64_t seq) = 0;
    virtual Result<RecordLife> life(const std::string& stream, const std::string& id) = 0;
    virtual Result<EventPage> events(std::optional<EventState> state, std::optional<std::uint64_t> before,
                                     std::size_t limit) = 0;
    virtual Result<QuarantinePage> quarantine(const std::optional<QuarantineKey>& after,
                                              std::size_t limit) = 0;
    virtual Result<std::optional<QuarantineRow>> quarantined(const QuarantineKey& key) = 0;
    virtual Result<std::vector<Job>> passes(std::size_t limit) = 0;
    virtual Result<std::optional<Job>> pass(std::uint64_t id) = 0;
    virtual Result<StoreCounts> counts(const std::string& month) = 0;
    virtual Result<std::uint64_t> count_records(const std::string& stream) = 0;

    // Called after some time without calls.
    virtual void release_memory() = 0;
};

}  // namespace carecloud
