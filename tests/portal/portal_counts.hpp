// The activity of the loopback portal, for GET /counts and for tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace carecloud {

struct PortalCounts {
    std::map<std::string, std::uint64_t> requests;  // by kind: query retrieve refresh other
    std::map<int, std::uint64_t> statuses;          // as sent; 0: reset or no response
    std::map<std::string, std::uint64_t> faults;    // by name
    std::uint64_t records = 0;                      // in successful responses
    std::uint64_t body_bytes = 0;                   // before gzip
    std::uint64_t connections = 0;                  // accepted on the portal's port
    std::uint64_t connections_open = 0;

    std::uint64_t total_requests() const {
        std::uint64_t sum = 0;
        for (const auto& [kind, count] : requests)
            sum += count;
        return sum;
    }
};

}  // namespace carecloud
