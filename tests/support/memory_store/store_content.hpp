// The complete content of a store as plain values. The in-memory store works on it, checks read it, and the SQLite
// store's tables are read into it for comparison. Names are those of the store's tables.
#pragma once

#include "model/change.hpp"
#include "model/job.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
#include "versions/difference.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

struct StoreContent {
    struct Held {
        std::string modified;
        Hash hash{};
        std::uint64_t seq = 0;
        std::optional<std::string> deleted_at;
        std::string body;

        friend bool operator==(const Held&, const Held&) = default;
    };

    struct Change {
        std::uint64_t seq = 0;
        std::string stream;
        std::string id;
        ChangeKind kind = ChangeKind::created;
        std::string modified;
        Hash hash{};
        std::string committed_at;
        std::uint64_t previous = 0;
        std::uint64_t reversal = 0;

        friend bool operator==(const Change&, const Change&) = default;
    };

    struct Quarantined {
        std::string modified;
        std::string reason;
        std::string body;
        std::uint64_t attempts = 0;
        std::string first_at;
        std::string last_at;

        friend bool operator==(const Quarantined&, const Quarantined&) = default;
    };

    struct Doubted {
        std::string modified;
        Hash hash{};
        std::string first_seen;
        std::string ask_at;
        std::uint64_t reversals = 0;

        friend bool operator==(const Doubted&, const Doubted&) = default;
    };

    struct Omitted {
        std::string first_at;
        bool filter_changed = false;

        friend bool operator==(const Omitted&, const Omitted&) = default;
    };

    struct Version {
        std::string stream;
        std::string id;
        std::string modified;
        Hash hash{};
        std::string body;

        friend bool operator==(const Version&, const Version&) = default;
    };

    using RecordId = std::pair<std::string, std::string>;  // stream, id

    std::map<std::string, StreamState> streams;
    std::map<RecordId, Held> records;
    std::vector<Change> changes;                // by seq
    std::map<std::uint64_t, Version> versions;  // replaced ones, by the change that replaced them
    std::map<std::uint64_t, std::vector<Difference>> corrections;  // by change; only if there are any
    std::map<RecordId, Quarantined> quarantine;
    std::map<RecordId, Doubted> doubted;
    std::map<RecordId, Omitted> omitted;
    std::map<std::string, RequestCount> quota;
    std::map<std::uint64_t, Job> passes;
    std::map<std::string, std::string> first_passes;  // end of the first pass, by stream

    friend bool operator==(const StoreContent&, const StoreContent&) = default;
};

// Returns the first error of the change log (promise 2): numbers must start at 1 without gaps, and a replay must yield
// the records' ids, `modified` and hashes. Empty if there is no error.
std::string check_changes(const StoreContent& content);

}  // namespace carecloud
