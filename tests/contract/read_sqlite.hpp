// Reads a store's tables with plain SQL on a separate connection, as an operator's program may while the daemon runs.
// So the contract also covers the public names in the schema.
#pragma once

#include "support/memory_store/store_content.hpp"

#include <map>
#include <string>

namespace carecloud {

// `vfs` null: the system's VFS. Throws std::runtime_error.
StoreContent read_sqlite(const std::string& path, const char* vfs = nullptr);

// The content of the inbox, each row as one line of text.
struct InboxContent {
    std::map<std::string, std::string> events;         // by MessageId
    std::map<std::string, std::string> subscriptions;  // by topic

    friend bool operator==(const InboxContent&, const InboxContent&) = default;
};

InboxContent read_sqlite_inbox(const std::string& path, const char* vfs = nullptr);

// The same for the in-memory inbox.
struct MemoryInboxContent;
InboxContent inbox_lines(const MemoryInboxContent& content);

}  // namespace carecloud
