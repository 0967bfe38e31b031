// What of ReadDatabase reads the former versions of a record.
#include "store/archive_thread.hpp"
#include "store/read_rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "store/sqlite/tables.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

// The newest first, as far as the log goes back.
std::vector<ChainLink> ReadDatabase::chain_of(const std::string& stream, const std::string& id) {
    std::vector<ChainLink> chain;
    newest_seq_.bind(1, stream);
    newest_seq_.bind(2, id);
    const Statement::Scope scope(newest_seq_);
    if (!newest_seq_.step()) return chain;
    // The numbers must decrease, so a damaged chain ends, too.
    std::int64_t seq = newest_seq_.integer(0);
    for (std::int64_t before = seq; before > 0 && before <= seq;) {
        seq = before;
        link_.bind(1, seq);
        const Statement::Scope link(link_);
        if (!link_.step()) break;
        chain.push_back(link_of_row(link_, 1, static_cast<std::uint64_t>(seq)));
        before = std::min(link_.integer(0), seq - 1);
    }
    return chain;
}

bool ReadDatabase::has_body(const std::string& stream, const std::string& id) {
    record_.bind(1, stream);
    record_.bind(2, id);
    const Statement::Scope scope(record_);
    return record_.step() && record_.text(5) != kNoBody;
}

VersionRows ReadDatabase::version_rows() {
    return {.replaced_hash = [this](std::uint64_t seq) { return replaced_hash(seq); },
            .replaced = [this](std::uint64_t seq) { return replaced(seq); },
            .add_corrections = [this](VersionRow& row) { return add_corrections(row); }};
}

std::optional<Hash> ReadDatabase::replaced_hash(std::uint64_t seq) {
    version_hash_.bind(1, static_cast<std::int64_t>(seq));
    const Statement::Scope scope(version_hash_);
    if (!version_hash_.step()) return std::nullopt;
    return version_hash_.hash(0);
}

std::optional<PackedVersion> ReadDatabase::replaced(std::uint64_t seq) {
    version_.bind(1, static_cast<std::int64_t>(seq));
    const Statement::Scope scope(version_);
    if (!version_.step()) return std::nullopt;
    return PackedVersion{.check = {.hash = version_.hash(0), .bytes = version_.count(1)},
                         .packed = std::string(version_.text(2))};
}

std::size_t ReadDatabase::add_corrections(VersionRow& row) {
    std::size_t bytes = 0;
    corrections_.bind(1, static_cast<std::int64_t>(row.seq));
    const Statement::Scope scope(corrections_);
    while (corrections_.step()) {
        row.corrections.push_back(correction_of_row(corrections_));
        bytes += corrections_.text(2).size() + corrections_.text(3).size() + corrections_.text(4).size();
    }
    return bytes;
}

// work(chain) in a snapshot. None: the store never took the record.
template <class T, class Work>
Result<std::optional<T>> ReadDatabase::with_chain(const std::string& operation, const QuarantineKey& record,
                                                  Work work) {
    return guarded(operation + record.stream, path_, [&]() -> Result<std::optional<T>> {
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        const std::vector<ChainLink> chain = chain_of(record.stream, record.id);
        if (chain.empty()) return std::optional<T>();
        return work(chain);
    });
}

Result<std::optional<VersionPage>> ReadDatabase::versions(const std::string& stream, const std::string& id,
                                                          std::optional<std::uint64_t> before,
                                                          std::size_t limit) {
    const auto read = [&](const std::vector<ChainLink>& chain) -> Result<std::optional<VersionPage>> {
        return std::optional(versions_of_chain(chain, has_body(stream, id), before, limit,
                                               bounds_.bodies_bytes_max, version_rows()));
    };
    return with_chain<VersionPage>("read versions of ", {stream, id}, read);
}

Result<std::optional<VersionBody>> ReadDatabase::version(const std::string& stream, const std::string& id,
                                                         std::uint64_t seq) {
    const auto read = [&](const std::vector<ChainLink>& chain) {
        record_.bind(1, stream);
        record_.bind(2, id);
        const Statement::Scope scope(record_);
        record_.step();
        const NewestVersion newest{.hash = record_.hash(2), .body = record_.text(5)};
        return version_of_chain(chain, newest, {stream, id}, seq, version_rows());
    };
    return with_chain<VersionBody>("read a version of ", {stream, id}, read);
}

}  // namespace carecloud
