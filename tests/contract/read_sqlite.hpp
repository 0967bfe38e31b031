// Reads a store's tables by plain SQL on a connection of its own, as any program of an operator might while
// the daemon runs: so the contract also holds the schema's public names.
#pragma once

#include "support/memory_store/store_content.hpp"

#include <map>
#include <string>

namespace carecloud {

// `vfs` null: the system's. Throws std::runtime_error.
StoreContent read_sqlite(const std::string& path, const char* vfs = nullptr);

// What the inbox holds, each row as one line of text.
struct InboxContent {
    std::map<std::string, std::string> events;         // by MessageId
    std::map<std::string, std::string> subscriptions;  // by topic

    friend bool operator==(const InboxContent&, const InboxContent&) = default;
};

InboxContent read_sqlite_inbox(const std::string& path, const char* vfs = nullptr);

// The same of what the inbox in memory holds.
struct MemoryInboxContent;
InboxContent inbox_lines(const MemoryInboxContent& content);

}  // namespace carecloud
